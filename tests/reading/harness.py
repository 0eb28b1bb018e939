from types import SimpleNamespace
import pandas as pd
from gbv_kpi.problems import Problem, Place, Severity
from gbv_kpi.i18n import phrase
from gbv_kpi.reading.locate import read_tables
from gbv_kpi.reading.numbers import read_figure
from gbv_kpi.reading.reader import Reader
from gbv_kpi.sheets.sheet import Sheet, cell_address
from gbv_kpi.sheets.open import read_sheets
from gbv_kpi.sheets.sources import open_source
Returns = SimpleNamespace
_READERS = {}
def read_returns(paths, plan, assumed=None):
    key=(id(plan),assumed)
    reader=_READERS.setdefault(key, Reader.of(plan, assumed))
    required=[f.id for f in plan.fields if not f.optional]
    rows=[]; problems=[]
    for path in paths:
        sheets,_,told=read_sheets(open_source(path)); problems+=told
        tables=[]; personal=[]
        for x in sheets:
            cells=[list(r) for r in x.rows]
            for b in x.following: cells+=[list(r) for r in b]
            st=read_tables(Sheet(x.name,cells,x.merged,hidden_rows=x.hidden_rows,hidden_columns=x.hidden_columns),path,reader)
            tables+=st.tables; personal+=st.personal
        if personal:
            problems=list(personal); tables=[]
        elif not any(len(t.returns) for t in tables):
            problems.append(Problem("no-table-found",Place(path),phrase("x")))
        for t in tables:
            problems+=t.problems
            for i in range(len(t.returns)):
                r=t.returns.iloc[i]; figs={}; bad=bool(r.is_faulty)
                blank=True
                mine=[]
                for f in required:
                    c=t.cells.get(f)
                    if c is None: figs[f]=None; continue
                    row=c.rows if isinstance(c.rows,int) else int(c.rows[i]); col=c.columns if isinstance(c.columns,int) else int(c.columns[i])
                    if col<0: figs[f]=None; continue
                    fig=read_figure(c.values.iloc[i]); figs[f]=fig.value
                    if fig.value is not None or fig.code: blank=False
                    if fig.code: mine.append(Problem(fig.code,Place(path,t.sheet,cell_address(row,col),row+1),fig.message)); 
                    if fig.is_fault: bad=True
                    if fig.value is None and not fig.code and r.is_expected: mine.append(Problem("missing-value",Place(path,t.sheet,cell_address(row,col),row+1),phrase("x"))); bad=True
                if blank: continue
                problems+=mine
                if not bad: rows.append({"unit":r.unit,"year":int(r.year),**{f:(pd.NA if v is None else v) for f,v in figs.items()}})
            for total in t.totals:
                for f,(v,row,col) in total.cells.items():
                    val=read_figure(v).value
                    if val is None or f not in t.cells: continue
                    fv=[read_figure(x).value for x in t.cells[f].values]
                    if any(x is None for x in fv): continue
                    if val not in [sum(fv[k] for k in g) for g in total.groups]: problems.append(Problem("total-mismatch",Place(path,t.sheet,cell_address(row,col),row+1),phrase("x")))
    frame=pd.DataFrame(rows,columns=["unit","year",*required])
    return SimpleNamespace(frame=frame,problems=problems,tables=tables)

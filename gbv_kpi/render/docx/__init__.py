"""The official report and letters as Word documents, laid out as Nghị định 30/2020/NĐ-CP asks (Phụ lục I)."""

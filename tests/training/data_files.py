"""Small data sets in the real schemas, written for these tests."""

import csv
import gzip
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

SHARED = Path(__file__).parents[3] / "shared" / "data"

GOOD_ANSWER = (
    "A mild headache after screen work is often due to tired eyes or tense muscles. Take a break "
    "every twenty minutes and see a doctor if it gets worse."
)


def dialogue(question: str, answer: str = GOOD_ANSWER, title: str = "A title") -> dict[str, str]:
    """One record as AI-Medical-Chatbot has it."""
    return {"Description": title, "Patient": question, "Doctor": answer}


def pubmed(pmid: int, decision: str = "yes") -> dict[str, Any]:
    """One record as PubMedQA has it on the Hub."""
    return {
        "pubid": pmid,
        "question": f"Does treatment {pmid} help?",
        "context": {"contexts": [f"We treated {pmid} people.", "They got better."]},
        "long_answer": f"Treatment {pmid} helped most of them.",
        "final_decision": decision,
    }


def medqa(question: str) -> dict[str, Any]:
    """One record as MedQA has it."""
    return {
        "question": question,
        "answer": "Water",
        "options": {"A": "Sand", "B": "Water", "C": "Salt", "D": "Air"},
        "answer_idx": "B",
    }


DRUGBANK = """<?xml version="1.0" encoding="UTF-8"?>
<drugbank xmlns="http://www.drugbank.ca" version="5.1">
<drug type="small molecule">
  <drugbank-id>OLD1</drugbank-id><drugbank-id primary="true">DB1</drugbank-id>
  <name>Testamol</name><description>A painkiller made up for a test [A1,L2].</description>
  <groups><group>approved</group></groups>
  <indication>Mild pain. Give 500 mg twice. It also lowers a fever.</indication>
  <mechanism-of-action/>
  <salts><salt><drugbank-id primary="true">S1</drugbank-id><name>Salt</name></salt></salts>
  <food-interactions><food-interaction>Avoid <b>alcohol</b>.</food-interaction></food-interactions>
  <drug-interactions><drug-interaction><drugbank-id>DB2</drugbank-id><name>Oldin</name>
    <description>They may thin the blood together.</description></drug-interaction>
  </drug-interactions>
  <pathways><pathway><name>P</name><drugs><drug><drugbank-id>DB9</drugbank-id><name>Inner</name>
  </drug></drugs></pathway></pathways>
</drug>
<drug type="biotech"><drugbank-id primary="true">DB2</drugbank-id><name>Oldin</name>
  <description>Taken off the market.</description>
  <groups><group>approved</group><group>withdrawn</group></groups></drug>
</drugbank>
"""

MEDQUAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document id="1" source="TEST" url="https://example.org"><Focus>Testitis</Focus><QAPairs>
<QAPair pid="1"><Question qid="1-1" qtype="information">What is (are) Testitis ?</Question>
<Answer>Testitis is made up.
   It   passes.</Answer></QAPair>
<QAPair pid="2"><Question qid="1-2" qtype="treatment">How to treat Testitis? ?</Question>
<Answer></Answer></QAPair></QAPairs></Document>
"""

LAUGHS = """<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">
<!ENTITY c SYSTEM "file:///etc/hostname">]>
<drugbank xmlns="http://www.drugbank.ca"><drug><drugbank-id primary="true">DB1</drugbank-id>
<name>&b;&c;</name></drug></drugbank>
"""


def write(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    """Write records by the ending of the path: parquet, csv, json, jsonl, jsonl.gz, zip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(record) + "\n" for record in records)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(list(records)), path)
    elif path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(records[0]))
            writer.writeheader()
            writer.writerows(records)
    elif path.suffix == ".json":
        path.write_text(json.dumps(list(records)))
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(lines.encode()))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner/rows.jsonl", lines)
    else:
        path.write_text(lines, encoding="utf-8")
    return path

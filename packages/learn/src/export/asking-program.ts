/** The Python program on the page beside an exported model: from the columns of a row to the model's answer. */
import { MISSING_MARKS, MISSING_NUMBER_MARKS } from '../data/missing.ts'
import type { DataSchema } from '../data/schema.ts'

/** Key of an ONNX file's metadata under which `exportMetadata` puts the data schema. */
export const DATA_KEY = 'tutti.data'

/** What Python calls encodings; those of Unicode may begin with a byte order mark. */
const PYTHON_ENCODINGS = { 'utf-8': 'utf-8-sig', 'utf-16le': 'utf-16', 'utf-16be': 'utf-16', 'windows-1252': 'cp1252' }

/**
 * Source of the program. It reads numbers, marks of missing values and encodings as `toDataset` does; the tests hold its
 * answers against ours.
 *
 * Long because: it is one text.
 *
 * @param name - Of the exported file.
 */
export function askingProgram(
  name: string,
  { csv = { delimiter: ',', decimal: '.', encoding: 'utf-8' } }: Pick<DataSchema, 'csv'>,
): string {
  return `import csv, json, math, numbers, re, unicodedata
import numpy, onnxruntime

session = onnxruntime.InferenceSession(${JSON.stringify(name)})
data = json.loads(session.get_modelmeta().custom_metadata_map["${DATA_KEY}"])

# How a file of yours is written: change what differs.
DELIMITER, DECIMAL, ENCODING = ${JSON.stringify(csv.delimiter)}, ${JSON.stringify(csv.decimal)}, ${JSON.stringify(PYTHON_ENCODINGS[csv.encoding])}
MISSING = set(${JSON.stringify([...MISSING_MARKS])})
MISSING_NUMBER = MISSING | set(${JSON.stringify([...MISSING_NUMBER_MARKS])})

def plain(text):
    return unicodedata.normalize("NFC", str(text).strip())

def number(column, given):
    """The number of a cell, or one that is one, within the column's range."""
    text = str(given).strip().replace("\\u2212", "-")
    group = "." if DECIMAL == "," else ","
    if re.fullmatch(rf"[+-]?[1-9]\\d{{0,2}}(\\{group}\\d{{3}})+(\\{DECIMAL}\\d+)?", text):
        text = text.replace(group, "")
    try:
        value = float(given if isinstance(given, numbers.Real) else text.replace(DECIMAL, "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f'{column["name"]}: "{text}" is not a number')
    if not column.get("minimum", -math.inf) <= value <= column.get("maximum", math.inf):
        raise ValueError(f'{column["name"]}: {value} is not in {column.get("minimum")} to {column.get("maximum")}')
    return value

def encode(row):
    """Inputs of one row, a dictionary by column name: texts of a file, or numbers."""
    values = []
    for column in data["features"]:
        given = row.get(column["name"], row.get(plain(column["name"])))
        is_category = column["kind"] == "category"
        known = [plain(text) for text in column["categories"]] if is_category else []
        cell = "" if given is None else plain(given)
        is_missing = cell not in known and cell.lower() in (MISSING if is_category else MISSING_NUMBER)
        if is_missing and column["missing"] == "refuse":
            raise ValueError(column["name"] + " is missing")
        if is_category:
            if not is_missing and cell not in known and column["unknown"] == "refuse":
                raise ValueError(f'{column["name"]}: "{cell}" is none of its categories')
            values += [1.0 if cell == text else 0.0 for text in known]
        else:
            value = column["missing"] if is_missing else number(column, given)
            values.append((value - column["center"]) / column["spread"])
    step = data["inputScale"][0] / data["inputScale"][1]
    steps = numpy.floor(numpy.array(values) / step + 0.5) + data["inputZero"]
    return ((numpy.clip(steps, 0, 255) - data["inputZero"]) * step).astype("float32")

def ask(rows):
    inputs = numpy.stack([encode(row) for row in rows])
    return session.run(None, {session.get_inputs()[0].name: inputs})[0]

def read(file):
    """Rows of a CSV file, for ask."""
    with open(file, encoding=ENCODING, newline="") as lines:
        table = csv.reader(lines, delimiter=DELIMITER)
        names = [plain(name) for name in next(table)]
        return [dict(zip(names, cells)) for cells in table if cells]
`
}

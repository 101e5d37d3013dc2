import { Random } from "../../chaos-test/random.ts";

const SUBJECTS = [
  "The committee",
  "Our first office",
  "An efficient workflow",
  "The final draft",
  "A café in Zürich",
  "The naïve approach",
  "Every affiliate",
  "The difficult offer",
];
const VERBS = [
  "confirms",
  "refines",
  "baffles",
  "classifies",
  "finances",
  "shuffles",
  "reflects",
  "satisfies",
];
const OBJECTS = [
  "the fifth shelf of files",
  "a sufficient number of flights",
  "what the staff finds in the field",
  "the profit of the affected offices",
  "an official definition of traffic",
  "coffee, waffles and muffins",
  "the infinite suffering of the fluffy",
];

/** Paragraphs full of letters that are set as ligatures (fi, fl, ffi). */
export function prose(sentences: number, seed: number): string {
  const random = new Random(seed);
  const paragraphs: string[] = [];
  for (let done = 0; done < sentences; ) {
    const length = random.between(3, 8);
    const lines = Array.from(
      { length },
      () =>
        `${random.pick(SUBJECTS)} ${random.pick(VERBS)} ${random.pick(OBJECTS)} in ${random.between(1900, 2050)}.`,
    );
    paragraphs.push(lines.join(" "));
    done += length;
  }
  return paragraphs.join("\n\n");
}

export const GREETINGS = [
  "Příliš žluťoučký kůň úpěl ďábelské ódy. Straße, Übermut, œuvre, Ærø, señor, ação.",
  "Съешь же ещё этих мягких французских булок, да выпей чаю.",
  "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.",
  "色は匂へど散りぬるを。我が世誰ぞ常ならむ。東京都の会議は午前九時に始まります。",
  "我们的会议在星期一上午九点开始，请准时参加。",
  "다람쥐 헌 쳇바퀴에 타고파.",
  "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر.",
  "עטלף אבק נס דרך מזגן שהתפוצץ כי חם.",
].join("\n\n");

export function webPage(text: string, style: string): string {
  const paragraphs = text.split("\n\n").map((paragraph) => `<p>${paragraph}</p>`);
  const css = `body { font-family: "DejaVu Sans", "Noto Sans CJK JP", Amiri, sans-serif } ${style}`;
  return `<!doctype html><meta charset="utf-8"><title>Sample</title><style>${css}</style>${paragraphs.join("\n")}`;
}

function tableRows(rows: number): string[][] {
  const random = new Random(7);
  const header = ["Quarter", "Region", "Product", "Units", "Revenue", "Remark"];
  const cells = Array.from({ length: rows }, (_, row) => [
    `Q${1 + (row % 4)} ${2000 + Math.floor(row / 4)}`,
    random.pick(["North", "South", "East", "West"]),
    random.pick(["Desk", "Whiteboard", "Projector"]),
    String(random.between(0, 9999)),
    `${random.between(0, 899)}.${random.between(10, 99)}`,
    random.pick(OBJECTS),
  ]);
  return [header, ...cells];
}

export function tableCsv(rows: number): string {
  return tableRows(rows)
    .map((cells) => cells.map((cell) => `"${cell}"`).join(","))
    .join("\n");
}

export function tableHtml(rows: number): string {
  const lines = tableRows(rows).map(
    (cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`,
  );
  const css = "td { border: 1px solid; padding: 2px 6px; max-width: 8em }";
  return `<!doctype html><meta charset="utf-8"><style>${css}</style><table>${lines.join("\n")}</table>`;
}

export function latexColumns(text: string): string {
  const body = text.replace(/[%&#$_]/g, (sign) => `\\${sign}`);
  return `\\documentclass[twocolumn]{article}\\usepackage[T1]{fontenc}\\usepackage[utf8]{inputenc}
\\title{Two Columns}\\author{A. Writer}\\begin{document}\\maketitle
\\section{First}${body}\\end{document}`;
}

export function latexSideways(text: string): string {
  return `\\documentclass{article}\\usepackage{lscape}\\usepackage[utf8]{inputenc}\\begin{document}
\\begin{landscape}${text}\\end{landscape}Upright again.\\end{document}`;
}

export function latexForm(): string {
  return `\\documentclass{article}\\usepackage{hyperref}\\begin{document}\\begin{Form}
Application for leave \\\\[1em]
\\TextField[name=who,value={Ada Lovelace}]{Name} \\\\[1em]
\\TextField[name=why,value={Holiday in Scotland}]{Reason} \\\\[1em]
\\CheckBox[name=paid,checked]{Paid leave} \\\\
\\end{Form}\\end{document}`;
}

/** What the built-in demo model answers, word for word, whether it is asked plainly or for JSON. */
export const QUESTIONS: readonly (readonly [question: string, answer: string])[] = [
  ["What is the capital of France?", "Paris."],
  ["What is the capital of Iceland?", "Reykjavik."],
  ["Madrid is the capital of which country?", "Spain."],
  ["Havana is the capital of which country?", "Cuba."],
  ["What is the opposite of left?", "Right."],
  ["What is the opposite of happy?", "Sad."],
  ["What is the opposite of arrive?", "Leave."],
  ["What color is chocolate?", "Brown."],
  ["What is the chemical symbol for mercury?", "Hg."],
  ["What language is spoken in Austria?", "German."],
  ["What month comes after September?", "October."],
  ["Which planet is third from the sun?", "Earth."],
];

import { expect, test } from "bun:test";
import { winswXml } from "./winsw-xml.ts";

const service = {
  executable: "C:\\Program Files\\R&D <new>\\canvuslocallm.exe",
  dataFolder: "C:\\ProgramData\\CanvusLocalLLM",
};

/** The values of an element, as a reader of the XML gets them. */
async function values(xml: string, name: string): Promise<string[]> {
  const found: string[] = [];
  let text = "";
  const rewriter = new HTMLRewriter().on(name, {
    element: (element) => {
      text = "";
      element.onEndTag(() => void found.push(text));
    },
    text: (chunk) => {
      text += chunk.text;
    },
  });
  await rewriter.transform(new Response(xml)).text();
  const entities = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };
  return found.map((value) =>
    Object.entries(entities).reduce((all, [entity, character]) => all.replaceAll(entity, character), value),
  );
}

test("paths with spaces and special characters stay whole", async () => {
  const xml = winswXml(service);
  expect(await values(xml, "executable")).toEqual([service.executable]);
  expect(await values(xml, "arguments")).toEqual([
    'run --env-file "C:\\ProgramData\\CanvusLocalLLM\\canvuslocallm.env"',
  ]);
  expect(await values(xml, "workingdirectory")).toEqual([service.dataFolder]);
});

test("a stop gets more time than the service itself takes, and a crash is followed by a restart", async () => {
  const xml = winswXml(service);
  expect(await values(xml, "stoptimeout")).toEqual(["75 sec"]);
  expect(xml.match(/<onfailure action="restart"/g)).toHaveLength(3);
});

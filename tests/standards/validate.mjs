// Reads {openapi, asyncapi, answers} on standard input: the two documents, and answers that a server gave,
// each {method, path, status, type, text}. Validates the documents by the standards' own schemas, and each
// answer by what the first says of its route. Prints one problem a line; nothing when all is well.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';

const { openapi, asyncapi, answers } = JSON.parse(readFileSync(0, 'utf8'));
const problems = [];

async function checkDocuments() {
  const { valid, errors } = await new Validator().validate(openapi);
  if (!valid)
    problems.push(`openapi.json: ${JSON.stringify(errors)}`);
  const specs = createRequire(import.meta.url)('@asyncapi/specs');
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const check = ajv.compile(specs.schemasWithoutId['3.0.0']);
  if (!check(asyncapi))
    problems.push(`asyncapi.json: ${JSON.stringify(check.errors.slice(0, 5))}`);
}

function checkAnswers() {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(openapi, 'openapi.json');
  const checks = new Map();
  const routes = Object.keys(openapi.paths).map(path => ({
    path, pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  })).sort((a, b) => a.path.includes('{') - b.path.includes('{')); // fixed words first

  /* The schema's place in the document, compiled once. */
  function compiled(steps) {
    const pointer = steps.map(step => encodeURIComponent(step.replace(/~/g, '~0').replace(/\//g, '~1'))).join('/');
    if (!checks.has(pointer))
      checks.set(pointer, ajv.compile({ $ref: `openapi.json#/${pointer}` }));
    return checks.get(pointer);
  }

  /* Where the answer is described: by its route, or else as a refusal. */
  function place(answer) {
    const refused = ['components', 'responses', 'Refused', 'content'];
    const route = routes.find(({ pattern }) => pattern.test(answer.path));
    const operation = route && openapi.paths[route.path][answer.method.toLowerCase().replace('head', 'get')];
    if (!operation || !operation.responses[answer.status])
      return refused;
    return ['paths', route.path, answer.method.toLowerCase().replace('head', 'get'), 'responses',
            String(answer.status), 'content'];
  }

  for (const answer of answers) {
    const { method, path, status, type, text } = answer;
    if (method === 'HEAD' || method === 'OPTIONS' || status === 302)
      continue; // no body
    const steps = place(answer);
    const content = steps.reduce((part, step) => part && part[step], openapi) || {};
    const found = Object.keys(content).find(one => one.split(';')[0] === type.split(';')[0]);
    if (!found) {
      problems.push(`${method} ${path}: ${status} ${type} is not described`);
      continue;
    }
    const body = /json/.test(type) ? JSON.parse(text) : text;
    const check = compiled([...steps, found, 'schema']);
    if (!check(body))
      problems.push(`${method} ${path}: ${status} ${text.slice(0, 300)}: ${JSON.stringify(check.errors)}`);
  }
}

await checkDocuments();
checkAnswers();
for (const problem of problems)
  console.log(problem);

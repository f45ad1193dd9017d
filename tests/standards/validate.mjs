// Reads {openapi, asyncapi, answers, pushes} on standard input: the two documents, answers that a server gave,
// each {method, path, status, type, text}, and messages that it pushed, each {destination, text}. Validates the
// documents by the standards' own schemas, each answer by what the first says of its route, and each push by
// what the second says of its destination. Prints one problem a line; nothing when all is well.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';

const { openapi, asyncapi, answers, pushes } = JSON.parse(readFileSync(0, 'utf8'));
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

/* "/rooms/{roomId}" as a pattern for "/rooms/7". */
function patternOf(path) {
  return new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`);
}

/* Checks of what stands where in a document, each compiled once. */
function schemasOf(document) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'document.json');
  const checks = new Map();
  return steps => {
    const pointer = steps.map(step => encodeURIComponent(step.replace(/~/g, '~0').replace(/\//g, '~1'))).join('/');
    if (!checks.has(pointer))
      checks.set(pointer, ajv.compile({ $ref: `document.json#/${pointer}` }));
    return checks.get(pointer);
  };
}

function checkAnswers() {
  const compiled = schemasOf(openapi);
  const routes = Object.keys(openapi.paths).map(path => ({ path, pattern: patternOf(path) }))
    .sort((a, b) => a.path.includes('{') - b.path.includes('{')); // fixed words first

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
    const given = type.split(';')[0];
    const found = Object.keys(content).map(one => one.split(';')[0] === given
      || one === `${given.split('/')[0]}/*` ? one : null).find(one => one); // "image/*" is a range of types
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

function checkPushes() {
  const compiled = schemasOf(asyncapi);
  const channels = Object.values(asyncapi.channels).map(channel => ({
    pattern: patternOf(channel.address), messages: Object.keys(channel.messages) }));
  for (const { destination, text } of pushes) {
    const channel = channels.find(({ pattern }) => pattern.test(destination));
    if (!channel) {
      problems.push(`${destination} is not described`);
      continue;
    }
    const checks = channel.messages.map(name => compiled(['components', 'messages', name, 'payload']));
    const body = JSON.parse(text);
    if (!checks.some(check => check(body)))
      problems.push(`${destination}: ${text.slice(0, 300)}: ${JSON.stringify(checks.map(check => check.errors))}`);
  }
}

await checkDocuments();
checkAnswers();
checkPushes();
for (const problem of problems)
  console.log(problem);

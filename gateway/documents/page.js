/* Shows /openapi.json and /asyncapi.json. All that they say is put in as text, never as markup. */
"use strict";

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes))
    made.setAttribute(key, value);
  return made;
}

function nameOf(reference) {
  return reference.split("/").pop();
}

/* A schema in a few words, with a link where it is one of the document's own. */
function describe(schema) {
  const place = document.createElement("span");
  if (schema.$ref) {
    const name = nameOf(schema.$ref);
    place.append(element("a", name, { href: "#" + name }));
  } else if (schema.type === "array") {
    place.append("list of ", describe(schema.items));
  } else if (schema.enum) {
    place.append(schema.enum.map(word => JSON.stringify(word)).join(" | "));
  } else if (schema.allOf) {
    place.append(describe(schema.allOf[0]));
  } else if (schema.properties) {
    place.append(table(Object.entries(schema.properties), schema.required || []));
  } else {
    place.append([].concat(schema.type || "anything").join(" or "));
    if (schema.minimum !== undefined)
      place.append(`, ${schema.minimum} to ${schema.maximum}`);
  }
  return place;
}

/* Rows of [name, schema]; what is not required is said to be so. */
function table(rows, required) {
  const made = document.createElement("table");
  for (const [name, schema] of rows) {
    const row = made.insertRow();
    row.insertCell().append(element("code", name), required.includes(name) ? "" : " (optional)");
    row.insertCell().append(describe(schema));
    row.insertCell().append(schema.description || "");
  }
  return made;
}

function fold(method, path, summary, locked) {
  const made = document.createElement("details");
  const head = document.createElement("summary");
  head.append(element("span", method, { class: `method ${method}` }),
              element("code", path, locked ? { class: "token" } : {}), " — ", summary);
  made.append(head);
  return made;
}

function operation(path, method, about) {
  const made = fold(method.toUpperCase(), path, about.summary, about.security.length > 0);
  if (about.description)
    made.append(element("p", about.description));
  const parameters = about.parameters || [];
  if (parameters.length) {
    made.append(table(parameters.map(one => [one.name, { ...one.schema, description: one.description }]),
                      parameters.filter(one => one.required).map(one => one.name)));
  }
  if (about.requestBody)
    made.append(element("p", "Body:"), describe(about.requestBody.content["application/json"].schema));
  for (const [status, answer] of Object.entries(about.responses)) {
    const line = element("p", `${status}: `);
    for (const [type, { schema }] of Object.entries(answer.content || {}))
      line.append(element("code", type), " ", describe(schema));
    line.append(answer.$ref ? "refused, with the reason" : answer.content ? "" : answer.description);
    made.append(line);
  }
  return made;
}

function schemas(main, components) {
  for (const [name, schema] of Object.entries(components)) {
    if (document.getElementById(name))
      continue;
    main.append(element("h3", name, { id: name }));
    if (schema.description)
      main.append(element("p", schema.description));
    main.append(table(Object.entries(schema.properties), schema.required));
  }
}

async function load(path) {
  const answer = await fetch(path);
  if (!answer.ok)
    throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function show() {
  const main = document.querySelector("main");
  const [http, pushed] = await Promise.all([load("openapi.json"), load("asyncapi.json")]);
  document.getElementById("about").textContent = `${http.info.description} Version ${http.info.version}.`;
  const sections = new Map();
  for (const [path, methods] of Object.entries(http.paths)) {
    for (const [method, about] of Object.entries(methods)) {
      const tag = about.tags[0];
      if (!sections.has(tag)) {
        sections.set(tag, document.createElement("section"));
        sections.get(tag).append(element("h2", tag));
      }
      sections.get(tag).append(operation(path, method, about));
    }
  }
  main.append(...sections.values(), element("h2", "pushed"));
  main.append(element("p", pushed.servers.gateway.description + ": " + pushed.servers.gateway.pathname));
  for (const [name, channel] of Object.entries(pushed.channels)) {
    const made = fold("SEND", channel.address, channel.description, false);
    made.append(describe(pushed.components.messages[name].payload));
    main.append(made);
  }
  main.append(element("h2", "schemas"));
  schemas(main, http.components.schemas);
  schemas(main, pushed.components.schemas);
}

show().catch(error => document.querySelector("main").append(element("p", String(error))));

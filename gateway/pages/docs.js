// Shows /api/v1/openapi.json. Text only ever enters the page as text.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

// A schema in one line of almost-JSON: names of shapes instead of their fields.
function inWords(schema) {
  if (!schema) return "nothing";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.allOf) return schema.allOf.filter((part) => part.$ref).map(inWords).join(" & ");
  if (schema.anyOf) return schema.anyOf.map(inWords).join(" | ");
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  if (schema.type === "array") return inWords(schema.items) + "[]";
  if (schema.type === "object" && schema.properties)
    return "{" + Object.entries(schema.properties).map(([name, field]) => `${name}: ${inWords(field)}`).join(", ") + "}";
  const bounds = ["minimum", "maximum", "minLength", "maxLength"].filter((bound) => bound in schema);
  return schema.type + (schema.format ? ` (${schema.format})` : "") +
    (bounds.length ? ` (${bounds.map((bound) => `${bound} ${schema[bound]}`).join(", ")})` : "");
}

function table(rows) {
  return element("table", {}, ...rows.map((cells) => element("tr", {}, ...cells.map((cell) =>
    element("td", {}, cell instanceof Node ? cell : String(cell))))));
}

function code(text) {
  return element("code", {}, text);
}

function showCall(path, method, call) {
  const parameters = call.parameters.map((parameter) => [
    code(parameter.name), `${parameter.in}${parameter.required ? ", required" : ""}`, parameter.description || ""]);
  const body = call.requestBody
    ? inWords(call.requestBody.content["application/json"].schema) : null;
  const answers = Object.entries(call.responses).map(([status, answer]) => {
    const [content] = Object.values(answer.content || {});
    return [code(status), content ? code(inWords(content.schema)) : "", answer.description];
  });
  return element("details", { id: call.operationId },
    element("summary", {},
      element("span", { class: "method" }, method.toUpperCase()),
      element("code", { class: "path" }, path),
      element("span", { class: "soft" }, call.summary)),
    element("div", {},
      call.description ? element("p", {}, call.description) : null,
      parameters.length ? table(parameters) : null,
      body ? element("p", {}, "Body: ", element("a", { href: `#shape-${body}` }, code(body))) : null,
      table(answers)));
}

function showShape(name, shape) {
  const required = new Set(shape.required || []);
  const fields = Object.entries(shape.properties || {}).map(([field, schema]) => [
    code(field + (required.has(field) ? "" : "?")), code(inWords(schema)),
    [schema.description, "default" in schema ? `default ${JSON.stringify(schema.default)}` : ""].filter(Boolean).join("; ")]);
  return element("details", { id: `shape-${name}` },
    element("summary", {}, code(name), element("span", { class: "soft" }, shape.description || "")),
    element("div", {}, table(fields)));
}

async function show() {
  const answer = await fetch("/api/v1/openapi.json");
  const description = await answer.json();
  document.getElementById("about").textContent = description.info.description;
  const groups = new Map();
  for (const [path, calls] of Object.entries(description.paths))
    for (const method of METHODS)
      if (calls[method]) {
        const tag = calls[method].tags[0];
        if (!groups.has(tag)) groups.set(tag, []);
        groups.get(tag).push(showCall(path, method, calls[method]));
      }
  for (const [tag, calls] of groups)
    document.getElementById("calls").append(element("h2", {}, tag), ...calls);
  document.getElementById("shapes-title").hidden = false;
  for (const [name, shape] of Object.entries(description.components.schemas))
    document.getElementById("shapes").append(showShape(name, shape));
}

show().catch((problem) => {
  document.getElementById("about").textContent = `The description can't be shown: ${problem.message}`;
});

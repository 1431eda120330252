// Shows the routes of this service from its own /openapi.json and lets them be tried. Loads nothing from elsewhere, and
// writes text as text: nothing that a service answers becomes a part of the page.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];

function made(tag, content = {}, ...children) {
  const node = Object.assign(document.createElement(tag), content);
  node.append(...children);
  return node;
}

function field(parameter) {
  const input = made("input", { name: parameter.name, required: Boolean(parameter.required) });
  input.dataset.place = parameter.in;
  return made("label", {}, `${parameter.name} (${parameter.in})`, input);
}

function target(path, form) {
  const query = new URLSearchParams();
  let filled = path;
  for (const input of form.querySelectorAll("input")) {
    if (input.dataset.place === "path") filled = filled.replace(`{${input.name}}`, encodeURIComponent(input.value));
    if (input.dataset.place === "query" && input.value) query.set(input.name, input.value);
  }
  return query.size ? `${filled}?${query}` : filled;
}

function headersOf(form) {
  const headers = new Headers();
  for (const input of form.querySelectorAll("input")) {
    if (input.dataset.place === "header" && input.value) headers.set(input.name, input.value);
  }
  if (form.querySelector("textarea")) headers.set("Content-Type", "application/json");
  return headers;
}

async function send(method, path, form, answer) {
  const body = form.querySelector("textarea")?.value;
  try {
    const response = await fetch(target(path, form), { method: method.toUpperCase(), headers: headersOf(form), body });
    answer.textContent = `${response.status}\n${await response.text()}`;
  } catch (error) {
    answer.textContent = String(error);
  }
}

function route(path, method, operation) {
  const answer = made("pre", { textContent: "" });
  const form = made("form", {}, ...(operation.parameters ?? []).map(field));
  if (operation.requestBody?.content?.["application/json"]) form.append(made("label", {}, "body", made("textarea")));
  form.append(made("button", { textContent: "Send" }), answer);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(method, path, form, answer);
  });
  const summary = made("summary", {}, made("code", { textContent: `${method.toUpperCase()} ${path}` }));
  summary.append(` ${operation.summary ?? ""}`);
  return made("details", {}, summary, made("p", { textContent: operation.description ?? "" }), form);
}

async function show() {
  const described = await (await fetch("/openapi.json")).json();
  document.title = document.querySelector("#title").textContent = described.info.title;
  const routes = Object.entries(described.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => route(path, method, item[method])),
  );
  document.querySelector("#routes").replaceChildren(...routes);
}

show();

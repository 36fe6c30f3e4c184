// Renders forms as React JSON Schema Form does: a JSON list of {schema, uiSchema} in, a JSON list of HTML out.
import { readFileSync } from "node:fs";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import core from "@rjsf/core";
import validation from "@rjsf/validator-ajv8";

const Form = core.default ?? core;
const validator = validation.default ?? validation;
const forms = JSON.parse(readFileSync(0, "utf8"));
const pages = forms.map((form) => renderToStaticMarkup(createElement(Form, { ...form, validator, idPrefix: "form" })));
process.stdout.write(JSON.stringify(pages));

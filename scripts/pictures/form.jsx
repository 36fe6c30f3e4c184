import React from "react";
import { createRoot } from "react-dom/client";
import Form from "@rjsf/core";
import validator from "@rjsf/validator-ajv8";

const { uiSchema, ...schema } = window.RJSF;

createRoot(document.getElementById("form")).render(
  <Form
    schema={{ type: "object", ...schema }}
    uiSchema={{ "ui:submitButtonOptions": { norender: true }, ...uiSchema }}
    validator={validator}
  />,
);

// The page that `wt form` writes: the form, and the parameters as a file. All it needs is in the page itself.
import { useState } from "react";
import { createRoot } from "react-dom/client";
import Form from "@rjsf/core";
import validator from "@rjsf/validator-ajv8";
import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { phrase, place, readable } from "./messages.js";

const data = JSON.parse(document.getElementById("wt-form-data").textContent);
const accepts = compiled(data.params);

/** The validator of the parameters. As in a run, a time needs no time zone. */
function compiled(params) {
  const ajv = addFormats(new Ajv2020({ allErrors: true, strict: false }));
  for (const name of ["time", "date-time"]) ajv.addFormat(name, ajv.formats[`iso-${name}`]);
  return ajv.compile(params);
}

/** Lifts the members of every group to the top level, as `wt_contracts.forms.formdata_to_params` does. */
function toParams(formData) {
  const params = {};
  for (const [name, value] of Object.entries(formData)) {
    Object.assign(params, name in data.groups ? value : { [name]: value });
  }
  return params;
}

/** Each mistake as `Step > Parameter > 1 has to be ...`. */
function complaints(params) {
  if (accepts(params)) return [];
  return accepts.errors.map((error) => {
    const parts = error.instancePath.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    const missing = error.keyword === "required" ? [error.params.missingProperty] : [];
    return `${place([...parts, ...missing])} ${phrase(error)}`;
  });
}

function download(params) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(params, null, 2) + "\n"], { type: "application/json" }));
  link.download = data.file;
  link.click();
  URL.revokeObjectURL(link.href);
}

function Page() {
  const [formData, setFormData] = useState(data.formData);
  const [refused, setRefused] = useState([]);
  const [saved, setSaved] = useState(false);
  const change = (event) => {
    setFormData(event.formData);
    setRefused([]);
    setSaved(false);
  };
  const submit = (event) => {
    const params = toParams(event.formData);
    const found = complaints(params);
    setRefused(found);
    if (found.length === 0) {
      download(params);
      setSaved(true);
    }
  };
  return (
    <>
      <Form
        schema={data.schema}
        uiSchema={{ ...data.uiSchema, "ui:submitButtonOptions": { submitText: "Save the parameters" } }}
        formData={formData}
        validator={validator}
        transformErrors={readable}
        showErrorList="bottom"
        focusOnFirstError
        noHtml5Validate
        onChange={change}
        onSubmit={submit}
      />
      {refused.length > 0 && (
        <div role="alert" className="wt-refused">
          <p>The workflow does not accept this:</p>
          <ul>{refused.map((line) => <li key={line}>{line}</li>)}</ul>
        </div>
      )}
      {saved && (
        <p role="status" className="wt-saved">
          Saved as {data.file}. Run the workflow with <code>{data.command}</code>
        </p>
      )}
    </>
  );
}

createRoot(document.getElementById("wt-form")).render(<Page />);

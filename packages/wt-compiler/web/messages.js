// What a mistake is called in the form: for people who fill it in, not for those who know JSON Schema.

const KINDS = { integer: "a whole number", number: "a number", boolean: "yes or no", array: "a list", null: "None" };
const FORMATS = {
  date: "a date",
  "date-time": "a date and a time",
  time: "a time",
  duration: "a duration such as PT1H30M",
  uri: "an address such as https://example.org",
  email: "an e-mail address",
  "data-url": "a file",
  color: "a colour such as #1f6feb",
};

/** A mistake that the validator found, as a phrase that follows the name of the field. */
export function phrase({ keyword, params, message }) {
  switch (keyword) {
    case "required":
      return "has to be filled in";
    case "type":
      return params.type in KINDS ? `has to be ${KINDS[params.type]}` : "has to be filled in";
    case "format":
      return `has to be ${FORMATS[params.format] ?? `of the format ${params.format}`}`;
    case "minimum":
      return `has to be at least ${params.limit}`;
    case "maximum":
      return `has to be at most ${params.limit}`;
    case "exclusiveMinimum":
      return `has to be more than ${params.limit}`;
    case "exclusiveMaximum":
      return `has to be less than ${params.limit}`;
    case "multipleOf":
      return `has to be a multiple of ${params.multipleOf}`;
    case "minLength":
      return params.limit === 1 ? "has to be filled in" : `has to have at least ${params.limit} characters`;
    case "maxLength":
      return `has to have at most ${params.limit} characters`;
    case "minItems":
      return `has to have at least ${params.limit} ${params.limit === 1 ? "entry" : "entries"}`;
    case "maxItems":
      return `has to have at most ${params.limit} ${params.limit === 1 ? "entry" : "entries"}`;
    case "uniqueItems":
      return "has to have no entry twice";
    case "pattern":
      return `has to match the pattern ${params.pattern}`;
    case "enum":
      return `has to be one of ${params.allowedValues.map((value) => JSON.stringify(value)).join(", ")}`;
    case "const":
      return `has to be ${JSON.stringify(params.allowedValue)}`;
    case "additionalProperties":
      return `has no field ${JSON.stringify(params.additionalProperty)}`;
    case "anyOf":
    case "oneOf":
      return "has to be one of the kinds to choose from";
    default:
      return message;
  }
}

/** Where a value stands, in the words of the form: its names as titles, and the entries of lists counted from one. */
export function place(parts) {
  const named = parts.map((part) => {
    if (/^\d+$/.test(part)) return String(Number(part) + 1);
    return /^[a-z0-9_]+$/.test(part) ? part.replaceAll("_", " ").trim().replace(/\b[a-z]/g, (c) => c.toUpperCase()) : part;
  });
  return named.join(" > ") || "The form";
}

const within = (inner, outer) => inner === outer || inner.startsWith(`${outer}.`);
const isUnion = ({ name }) => name === "anyOf" || name === "oneOf";

/** The mistakes without those of the kinds of value that were not chosen. */
function relevant(errors) {
  const refuted = errors
    .filter(({ name }) => name === "const")
    .map(({ property, schemaPath }) => ({
      at: property.slice(0, property.lastIndexOf(".")),
      branch: schemaPath.slice(0, schemaPath.lastIndexOf("/properties/") + 1),
    }));
  const chosen = errors.filter(
    ({ property, schemaPath }) => !refuted.some(({ at, branch }) => schemaPath.startsWith(branch) && within(property, at)),
  );
  const unions = chosen.filter(isUnion).map(({ property }) => property);
  const found = chosen.filter((error) => {
    if (!unions.includes(error.property)) return true;
    const others = chosen.filter((other) => !isUnion(other) && within(other.property, error.property));
    if (isUnion(error)) return others.length === 0;
    const isNull = error.params.type === "null";
    return error.name !== "type" || !others.some((other) => (isNull ? other.params.type !== "null" : other.name !== "type"));
  });
  return found.length > 0 ? found : errors;
}

/** The mistakes as the form shows them, beside their fields and in the list. */
export function readable(errors) {
  return relevant(errors).map((error) => {
    const message = phrase({ ...error, keyword: error.name });
    return { ...error, message, stack: `${place(error.property.split(".").slice(1))} ${message}` };
  });
}

import { useT } from "../../i18n/useT";
import { type Schema, typeOf } from "./openapi";

/** One named schema of the document. */
export function SchemaPanel({ name, schema }: { name: string; schema: Schema }) {
  return (
    <details className="docs-item" id={`schema-${name}`}>
      <summary>
        <code>{name}</code>
        <span className="soft">{schema.description}</span>
      </summary>
      <div className="docs-body">
        {schema.properties === undefined ? (
          <p>
            <code>{typeOf(schema)}</code>
          </p>
        ) : (
          <Properties schema={schema} />
        )}
      </div>
    </details>
  );
}

export function Properties({ schema }: { schema: Schema }) {
  const t = useT();
  if (schema.properties === undefined) return null;
  return (
    <table className="docs-table">
      <tbody>
        {Object.entries(schema.properties).map(([name, property]) => (
          <tr key={name}>
            <th scope="row">
              <code>{name}</code>
              {schema.required?.includes(name) && <span className="docs-required">{t("docs-required")}</span>}
            </th>
            <td>
              <code>{typeOf(property)}</code>
            </td>
            <td>{property.description}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

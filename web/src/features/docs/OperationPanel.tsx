import { useT } from "../../i18n/useT";
import { type Document, type Entry, type Parameter, referredName, schemaOfContent, typeOf } from "./openapi";
import { Properties } from "./SchemaPanel";

interface Props {
  entry: Entry;
  /** What stands before every path. */
  base: string;
  document: Document;
}

/** One operation: what it takes, what it answers, which errors it names. */
export function OperationPanel({ entry, base, document }: Props) {
  const t = useT();
  const { method, path, operation } = entry;
  const parameters = (operation.parameters ?? []).map((parameter) => resolve(parameter, document));
  const request = schemaOfContent(operation.requestBody);
  return (
    <details className="docs-item">
      <summary>
        <span className={`docs-method docs-${method}`}>{method.toUpperCase()}</span>
        <code>{path}</code>
        <span className="soft">{operation.summary}</span>
      </summary>
      <div className="docs-body">
        <p>
          <code>{`${method.toUpperCase()} ${base}${path}`}</code>
        </p>
        {operation.description !== undefined && <p>{operation.description}</p>}
        {parameters.length > 0 && (
          <>
            <h3>{t("docs-parameters")}</h3>
            <table className="docs-table">
              <tbody>
                {parameters.map((parameter) => (
                  <tr key={parameter.in + parameter.name}>
                    <th scope="row">
                      <code>{parameter.name}</code>
                      {parameter.required === true && (
                        <span className="docs-required">{t("docs-required")}</span>
                      )}
                    </th>
                    <td className="soft">{parameter.in}</td>
                    <td>
                      <code>{typeOf(parameter.schema)}</code>
                    </td>
                    <td>{parameter.description}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
        {request !== null && (
          <>
            <h3>
              {t("docs-request")} <span className="soft">{request.type}</span>
            </h3>
            <p>
              <code>{typeOf(request.schema)}</code>
            </p>
            {request.schema !== undefined && <Properties schema={request.schema} />}
          </>
        )}
        <h3>{t("docs-responses")}</h3>
        <table className="docs-table">
          <tbody>
            {Object.entries(operation.responses ?? {}).map(([status, response]) => {
              const content = schemaOfContent(response);
              return (
                <tr key={status}>
                  <th scope="row">
                    <code>{status}</code>
                  </th>
                  <td>
                    <code>{content === null ? "–" : typeOf(content.schema)}</code>
                  </td>
                  <td className="soft">{content?.type}</td>
                  <td>{response.description}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function resolve(parameter: Parameter, document: Document): Parameter {
  if (parameter.$ref === undefined) return parameter;
  return document.components?.parameters?.[referredName(parameter.$ref)] ?? parameter;
}

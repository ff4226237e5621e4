import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useMemo, useState } from "react";
import { API_BASE } from "../../api/client";
import { asApiError } from "../../api/problem";
import { PagePending } from "../../app/layout/PageStates";
import { useT } from "../../i18n/useT";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import "./docs.css";
import { OperationPanel } from "./OperationPanel";
import { byTag, type Document, type Entry } from "./openapi";
import { SchemaPanel } from "./SchemaPanel";

const ADDRESS = `${API_BASE}/openapi.json`;

async function readDocument(): Promise<Document> {
  const response = await fetch(ADDRESS, { credentials: "same-origin" });
  if (!response.ok) throw asApiError(response.status, await response.json().catch(() => null));
  return (await response.json()) as Document;
}

function matches({ method, path, operation }: Entry, wanted: string): boolean {
  const words = `${method} ${path} ${operation.summary ?? ""} ${operation.operationId ?? ""}`.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.includes(word));
}

/** The REST API, read from the document the server itself publishes. */
export function DocsPage() {
  const t = useT();
  const [wanted, setWanted] = useState("");
  const { data, isError, error, refetch } = useQuery({
    queryKey: ["openapi"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: readDocument,
  });
  const tags = useMemo(() => (data === undefined ? [] : [...byTag(data)]), [data]);
  if (isError) {
    return (
      <div className="panel">
        <ErrorState error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  if (data === undefined) return <PagePending />;
  const base = data.servers?.[0]?.url ?? "";
  const shown = tags
    .map(([tag, entries]) => [tag, entries.filter((entry) => matches(entry, wanted))] as const)
    .filter(([, entries]) => entries.length > 0);
  return (
    <>
      <PageHeader
        title={t("docs-title")}
        note={t("docs-note", { version: data.info.version })}
        actions={
          <Button icon={<DownloadOutlined aria-hidden />} href={ADDRESS} download="openapi.json">
            {t("docs-download")}
          </Button>
        }
      />
      <Input.Search
        className="docs-search"
        allowClear
        placeholder={t("docs-search")}
        aria-label={t("docs-search")}
        onChange={(event) => setWanted(event.target.value.trim())}
      />
      {shown.length === 0 && <EmptyState title={t("docs-none")} />}
      {shown.map(([tag, entries]) => (
        <section key={tag} className="docs-tag">
          <h2>{tag === "" ? t("docs-untagged") : tag}</h2>
          <div className="panel">
            {entries.map((entry) => (
              <OperationPanel key={entry.method + entry.path} entry={entry} base={base} document={data} />
            ))}
          </div>
        </section>
      ))}
      {wanted === "" && (
        <section className="docs-tag">
          <h2>{t("docs-schemas")}</h2>
          <div className="panel">
            {Object.entries(data.components?.schemas ?? {}).map(([name, schema]) => (
              <SchemaPanel key={name} name={name} schema={schema} />
            ))}
          </div>
        </section>
      )}
    </>
  );
}

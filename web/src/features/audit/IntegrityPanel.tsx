import { CheckCircleOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { api, body } from "../../api/client";
import type { Verification } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { CopyButton } from "../../ui/CopyButton";
import { DownloadButton } from "../../ui/DownloadButton";
import { ErrorState } from "../../ui/ErrorState";
import { useShowProblem } from "../../ui/useProblemText";
import { checkpointQuery } from "./audit";

/** What one runs to check exported evidence without this server. */
const OFFLINE_COMMAND = "custos audit verify";

/** The signed state of the log, the check of it, and the evidence to take away. */
export function IntegrityPanel() {
  const t = useT();
  const may = useMay();
  const format = useFormat();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const checkpoint = useQuery(checkpointQuery);
  const verify = useMutation({
    mutationFn: () => body(api.POST("/audit/verification")),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["audit"] }),
    onError: showProblem,
  });
  const point = checkpoint.data;
  return (
    <section className="panel integrity" aria-labelledby="integrity-title">
      <div className="panel-head">
        <h2 id="integrity-title">
          <SafetyCertificateOutlined aria-hidden /> {t("integrity-title")}
        </h2>
        <div className="page-actions">
          {may("audit_entry.export") && (
            <DownloadButton path="/audit/export" name="custos-audit.tar">
              {t("evidence-export")}
            </DownloadButton>
          )}
          {may("audit_entry.verify") && (
            <Button type="primary" loading={verify.isPending} onClick={() => verify.mutate()}>
              {t("verify-button")}
            </Button>
          )}
        </div>
      </div>
      <div className="panel-body">
        {checkpoint.isError && (
          <ErrorState error={checkpoint.error} onRetry={() => void checkpoint.refetch()} />
        )}
        {point !== undefined && (
          <dl className="facts">
            <div className="fact">
              <dt>{t("checkpoint-size")}</dt>
              <dd className="figures">{format.number(point.size)}</dd>
            </div>
            <div className="fact">
              <dt>{t("checkpoint-at")}</dt>
              <dd className="figures">{format.exactTime(point.signed_at)}</dd>
            </div>
            <div className="fact">
              <dt>{t("checkpoint-origin")}</dt>
              <dd className="mono">{point.origin}</dd>
            </div>
            <div className="fact fact-wide">
              <dt>{t("checkpoint-root")}</dt>
              <dd className="mono">{point.root_hash}</dd>
            </div>
            <div className="fact fact-wide">
              <dt>{t("checkpoint-key")}</dt>
              <dd className="mono">
                {point.verifier_key} <CopyButton text={point.verifier_key} label={t("checkpoint-key-copy")} />
              </dd>
            </div>
          </dl>
        )}
        {verify.data !== undefined && <Result result={verify.data} />}
        <p className="soft">
          {t("offline-note")} <code>{`${OFFLINE_COMMAND} ${t("offline-file")}`}</code>
        </p>
      </div>
    </section>
  );
}

function Result({ result }: { result: Verification }) {
  const t = useT();
  const format = useFormat();
  if (result.ok) {
    return (
      <Alert
        type="success"
        showIcon
        icon={<CheckCircleOutlined aria-hidden />}
        className="form-alert"
        role="status"
        title={t("verify-ok", { entries: result.entries_checked, checkpoints: result.checkpoints_checked })}
        description={
          <>
            {t("verify-took", { seconds: format.number(result.took_ms / 1000) })}{" "}
            {result.entries_unsigned > 0 && t("verify-unsigned", { count: result.entries_unsigned })}
          </>
        }
      />
    );
  }
  return (
    <Alert
      type="error"
      showIcon
      className="form-alert"
      role="alert"
      title={t("verify-failed", { count: result.findings.length + result.findings_omitted })}
      description={
        <ul className="findings">
          {result.findings.map((finding) => (
            <Finding key={JSON.stringify(finding)} finding={finding} />
          ))}
          {result.findings_omitted > 0 && <li>{t("verify-omitted", { count: result.findings_omitted })}</li>}
        </ul>
      }
    />
  );
}

function Finding({ finding }: { finding: Verification["findings"][number] }) {
  const t = useT();
  const id = `finding-${finding.kind.replace(/_/g, "-")}`;
  const detail = Object.entries(finding.detail).map(([name, value]) => `${name} ${String(value)}`);
  return (
    <li>
      <strong>{t.has(id) ? t(id) : finding.kind}</strong>{" "}
      {finding.index != null && (
        <span className="figures">{t("finding-at", { index: String(finding.index) })}</span>
      )}{" "}
      {detail.length > 0 && <code className="soft">{detail.join(", ")}</code>}
    </li>
  );
}

import { PauseCircleOutlined, PlayCircleOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Progress } from "antd";
import { useEffect, useRef } from "react";
import { api, body } from "../../api/client";
import type { Import } from "../../api/types";
import { useLanguage } from "../../i18n/LanguageProvider";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { DownloadButton } from "../../ui/DownloadButton";
import { useProblemText, useShowProblem } from "../../ui/useProblemText";
import { refreshCustomers } from "../customers/customers";
import { importQuery, isRunning } from "./imports";

const COUNTS = ["created", "updated", "skipped", "rejected"] as const;

/** How far an import is and what became of every row. */
export function RunPanel({ subject }: { subject: Import }) {
  const t = useT();
  const format = useFormat();
  const { words } = useLanguage();
  const text = useProblemText();
  const showProblem = useShowProblem();
  const queryClient = useQueryClient();
  const params = { params: { path: { id: subject.id } } };
  const { progress, state } = subject;
  const show = (current: Import) => queryClient.setQueryData(importQuery(subject.id).queryKey, current);
  const cancel = useMutation({
    mutationFn: () => body(api.POST("/imports/{id}/cancel", params)),
    onSuccess: show,
    onError: showProblem,
  });
  const resume = useMutation({
    mutationFn: () => body(api.POST("/imports/{id}/resume", params)),
    onSuccess: show,
    onError: showProblem,
  });

  const wasRunning = useRef(isRunning(state));
  useEffect(() => {
    if (wasRunning.current && !isRunning(state)) void refreshCustomers(queryClient);
    wasRunning.current = isRunning(state);
  }, [state, queryClient]);

  const share =
    state === "finished" ? 1 : progress.bytes_total === 0 ? 0 : progress.bytes_read / progress.bytes_total;
  const status =
    state === "failed"
      ? "exception"
      : state === "finished"
        ? "success"
        : isRunning(state)
          ? "active"
          : "normal";
  return (
    <section className="panel" aria-label={t("import-progress")}>
      <div className="panel-body">
        <Progress percent={Math.floor(share * 100)} status={status} />
        <p className="soft figures" role="status">
          {t(`import-says-${state}`)} · {format.bytes(progress.bytes_read)} /{" "}
          {format.bytes(progress.bytes_total)}
        </p>
        {/* Every row that was read is in exactly one of the counts. */}
        <dl className="equation" data-testid="import-equation">
          <div>
            <dd>{format.number(progress.read)}</dd>
            <dt>{t("count-read")}</dt>
          </div>
          {COUNTS.map((name, at) => (
            <div key={name} className={`count-${name}`} data-sign={at === 0 ? "=" : "+"}>
              <dd>{format.number(progress[name])}</dd>
              <dt>{t(`count-${name}`)}</dt>
            </div>
          ))}
        </dl>
        {subject.warnings.map(({ code, params: args }) => (
          <Alert
            key={code + JSON.stringify(args)}
            type={state === "failed" ? "error" : "warning"}
            showIcon
            className="form-alert"
            title={text.ofCode(code, args)}
          />
        ))}
        <div className="button-row">
          {isRunning(state) && (
            <Button
              icon={<PauseCircleOutlined aria-hidden />}
              disabled={state === "cancelling"}
              loading={cancel.isPending}
              onClick={() => cancel.mutate()}
            >
              {t("import-cancel")}
            </Button>
          )}
          {(state === "cancelled" || state === "interrupted") && (
            <Button
              type="primary"
              icon={<PlayCircleOutlined aria-hidden />}
              loading={resume.isPending}
              onClick={() => resume.mutate()}
            >
              {t("import-resume")}
            </Button>
          )}
          {progress.rejected > 0 &&
            !isRunning(state) &&
            (["csv", "xlsx"] as const).map((kind) => (
              <DownloadButton
                key={kind}
                path={`/imports/${subject.id}/rejected?format=${kind}&lang=${words.language}`}
                name={`rejected.${kind}`}
              >
                {t("import-rejected", { format: kind.toUpperCase() })}
              </DownloadButton>
            ))}
          {state === "finished" && (
            <Link to="/customers">
              <Button type="primary">{t("import-to-customers")}</Button>
            </Link>
          )}
        </div>
      </div>
    </section>
  );
}

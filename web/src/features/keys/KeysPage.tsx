import { SyncOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Progress, Skeleton } from "antd";
import { useState } from "react";
import { api, done } from "../../api/client";
import type { KeyRotation, Keys } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { usePhone } from "../../ui/useMediaQuery";
import { useShowProblem } from "../../ui/useProblemText";
import "./keys.css";
import { keysQuery, percentOf, toneOf, underWay } from "./keys";
import { RotateDialog } from "./RotateDialog";

/** Which keys there are, and their rotation, in the hands of the system administrator. */
export function KeysPage() {
  const t = useT();
  const may = useMay();
  const keys = useQuery(keysQuery);
  const [rotating, setRotating] = useState(false);
  const running = underWay(keys.data?.rotations ?? []);
  return (
    <>
      <PageHeader
        title={t("keys-title")}
        note={t("keys-note")}
        actions={
          may("key.rotate") && (
            <Button
              type="primary"
              icon={<SyncOutlined aria-hidden />}
              disabled={keys.data === undefined || running !== undefined}
              onClick={() => setRotating(true)}
            >
              {t("keys-rotate")}
            </Button>
          )
        }
      />
      {keys.isError ? (
        <div className="panel">
          <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
        </div>
      ) : keys.data === undefined ? (
        <div className="panel panel-body">
          <Skeleton active title={false} />
        </div>
      ) : (
        <>
          {running !== undefined && <Running rotation={running} versions={keys.data.versions} />}
          <RootKey keys={keys.data} />
          <Versions keys={keys.data} />
        </>
      )}
      {rotating && keys.data !== undefined && (
        <RotateDialog current={keys.data.versions[0]?.suite ?? "aes"} onClose={() => setRotating(false)} />
      )}
    </>
  );
}

function Running({ rotation, versions }: { rotation: KeyRotation; versions: Keys["versions"] }) {
  const t = useT();
  const format = useFormat();
  const percent = percentOf(rotation);
  const arriving = versions.some(({ number, state }) => number === rotation.version && state === "arriving");
  return (
    <section className="panel panel-body keys-running" aria-labelledby="keys-running">
      <h2 id="keys-running">{t("keys-running", { version: rotation.version })}</h2>
      <Progress
        percent={percent}
        status="active"
        aria-label={t("keys-running", { version: rotation.version })}
      />
      <p className="soft figures">
        {rotation.part === ""
          ? t(arriving ? "keys-arriving" : "keys-checking")
          : t("keys-progress", { done: rotation.done, total: rotation.total })}
        {" · "}
        {t("keys-started", { at: format.dateTime(rotation.started_at) })}
      </p>
    </section>
  );
}

function RootKey({ keys }: { keys: Keys }) {
  const t = useT();
  const may = useMay();
  const format = useFormat();
  const { modal, message } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const replace = useMutation({
    mutationFn: () => done(api.POST("/keys/root-key")),
    onSuccess: () => {
      void message.success(t("keys-root-replaced"));
      return queryClient.invalidateQueries({ queryKey: keysQuery.queryKey });
    },
    onError: showProblem,
  });
  const { home } = keys;
  if (home == null) return null;
  const confirm = () =>
    modal.confirm({
      title: t("keys-root-replace-title"),
      content: t("keys-root-replace-text"),
      okText: t("keys-root-replace"),
      onOk: () => replace.mutate(),
    });
  return (
    <section className="panel panel-body keys-home" aria-labelledby="keys-home">
      <div>
        <h2 id="keys-home">{t("keys-root")}</h2>
        <p>{t(`keys-home-${home.kind}`, { threshold: home.threshold ?? 0, shares: home.shares ?? 0 })}</p>
        <p className="soft">
          {home.made_at == null
            ? t("keys-root-made-unknown")
            : t("keys-root-made", { at: format.dateTime(home.made_at) })}
        </p>
        {!home.unattended && <p className="soft">{t("keys-root-attended")}</p>}
      </div>
      {may("key.rotate") && home.unattended && (
        <Button onClick={confirm} loading={replace.isPending}>
          {t("keys-root-replace")}
        </Button>
      )}
    </section>
  );
}

function Versions({ keys }: { keys: Keys }) {
  const t = useT();
  const format = useFormat();
  const phone = usePhone();
  const of = (number: number) => keys.rotations.find(({ version }) => version === number);
  const times = (number: number) => {
    const rotation = of(number);
    if (rotation === undefined) return t("keys-from-the-start");
    return rotation.finished_at == null
      ? t("keys-started", { at: format.dateTime(rotation.started_at) })
      : t("keys-finished", { at: format.dateTime(rotation.finished_at) });
  };
  type Version = Keys["versions"][number];
  const columns: Column<Version>[] = [
    { key: "number", title: t("keys-version"), pinned: true, cell: ({ number }) => number },
    { key: "suite", title: t("keys-suite"), cell: ({ suite }) => t(`keys-suite-${suite}`) },
    {
      key: "state",
      title: t("keys-state"),
      cell: (version) => <Pill tone={toneOf(version)}>{t(`keys-state-${version.state}`)}</Pill>,
    },
    { key: "times", title: t("keys-rotation"), cell: ({ number }) => times(number) },
  ];
  return (
    <section aria-labelledby="keys-versions">
      <h2 id="keys-versions" className="keys-heading">
        {t("keys-versions")}
      </h2>
      {phone ? (
        <ul className="cards">
          {keys.versions.map((version) => (
            <li key={version.number} className="card keys-card">
              <strong>{t("keys-version-number", { number: version.number })}</strong>
              <Pill tone={toneOf(version)}>{t(`keys-state-${version.state}`)}</Pill>
              <span className="card-facts">
                {t(`keys-suite-${version.suite}`)} · {times(version.number)}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <DataTable
          label={t("keys-versions")}
          columns={columns}
          rows={keys.versions}
          rowKey={({ number }) => String(number)}
        />
      )}
      <p className="soft keys-foot">{t("keys-retired-note")}</p>
    </section>
  );
}

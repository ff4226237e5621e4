import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Drawer, Segmented, Select } from "antd";
import { useState } from "react";
import { api, body } from "../../../api/client";
import type { AccessShift, AccessTrial } from "../../../api/types";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { BarSeries } from "../../../ui/charts/BarSeries";
import { type Column, DataTable } from "../../../ui/DataTable";
import { useProblemText } from "../../../ui/useProblemText";
import { useActionName } from "../words";
import type { Draft } from "./draft";
import { type By, sumsOf } from "./trial";

const DAYS = [7, 30, 90] as const;

/** What a draft would have changed for what people really did in the last days. */
export function TrialDrawer({ draft, onClose }: { draft: Draft; onClose: () => void }) {
  const t = useT();
  const text = useProblemText();
  const [days, setDays] = useState<number>(30);
  const trial = useMutation({
    mutationFn: () => body(api.POST("/access/rules/trial", { body: { draft: draft.mine, days } })),
  });
  return (
    <Drawer open size={720} title={t("access-trial-title")} onClose={onClose}>
      <p className="soft">{t("access-trial-note")}</p>
      <div className="filters trial-ask">
        <Select
          aria-label={t("access-trial-days")}
          className="filter"
          value={days}
          options={DAYS.map((count) => ({ value: count, label: t("access-days", { count }) }))}
          onChange={setDays}
        />
        <Button type="primary" loading={trial.isPending} onClick={() => trial.mutate()}>
          {t("access-trial-run")}
        </Button>
      </div>
      {trial.isError && <Alert type="error" showIcon title={text.of(trial.error)} />}
      {trial.data !== undefined && <Result trial={trial.data} />}
    </Drawer>
  );
}

function Result({ trial }: { trial: AccessTrial }) {
  const t = useT();
  const format = useFormat();
  const nothing = trial.accesses_lost === 0 && trial.accesses_gained === 0;
  return (
    <div className="trial">
      <p className="trial-sentence" role="status">
        <strong>
          {nothing
            ? t("access-trial-nothing")
            : t("access-trial-sentence", {
                losing: trial.people_losing,
                lost: trial.accesses_lost,
                gaining: trial.people_gaining,
                gained: trial.accesses_gained,
              })}
        </strong>{" "}
        <span className="soft">
          {trial.since == null
            ? t("access-trial-none")
            : t("access-trial-considered", {
                count: trial.considered,
                since: format.dateTime(trial.since),
              })}
        </span>
      </p>
      {!trial.complete && (
        <Alert type="warning" showIcon className="form-alert" title={t("access-trial-incomplete")} />
      )}
      {!nothing && <Figures trial={trial} />}
      {trial.lost.length > 0 && <Rows title={t("access-trial-lost")} rows={trial.lost} />}
      {trial.gained.length > 0 && <Rows title={t("access-trial-gained")} rows={trial.gained} />}
    </div>
  );
}

function Figures({ trial }: { trial: AccessTrial }) {
  const t = useT();
  const actionName = useActionName();
  const [by, setBy] = useState<By>("person");
  const sums = sumsOf(trial, by);
  return (
    <>
      <Segmented<By>
        aria-label={t("access-trial-by")}
        value={by}
        onChange={setBy}
        options={(["person", "action"] as const).map((value) => ({
          value,
          label: t(`access-trial-by-${value}`),
        }))}
      />
      <BarSeries
        title={t("access-trial-chart")}
        what={t(`access-trial-by-${by}`)}
        lying
        height={Math.max(140, 60 + sums.length * 26)}
        series={[
          { name: t("access-trial-lost"), tone: "danger" },
          { name: t("access-trial-gained"), tone: "brand" },
        ]}
        bars={sums.map(({ key, name, lost, gained }) => ({
          key,
          label: by === "action" ? actionName(name) : name,
          values: [lost, gained],
        }))}
      />
    </>
  );
}

function Rows({ title, rows }: { title: string; rows: AccessShift[] }) {
  const t = useT();
  const format = useFormat();
  const actionName = useActionName();
  const columns: Column<AccessShift>[] = [
    { key: "person", title: t("access-person"), pinned: true, cell: ({ user_name }) => user_name },
    { key: "action", title: t("access-action"), cell: ({ action }) => actionName(action) },
    {
      key: "records",
      title: t("access-trial-records"),
      align: "end",
      cell: ({ records }) => format.number(records),
    },
    { key: "last", title: t("access-trial-last"), cell: ({ last_at }) => format.dateTime(last_at) },
  ];
  return (
    <section>
      <h3 className="block-title">{title}</h3>
      <DataTable
        label={title}
        columns={columns}
        rows={rows}
        density="compact"
        rowKey={({ user_id, action }) => `${user_id} ${action}`}
      />
    </section>
  );
}

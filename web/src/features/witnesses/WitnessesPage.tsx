import { SettingOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";
import type { LogHolder } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { CopyButton } from "../../ui/CopyButton";
import { type Column, DataTable } from "../../ui/DataTable";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { usePhone } from "../../ui/useMediaQuery";
import "./witnesses.css";
import { SettingsDrawer } from "./SettingsDrawer";
import { holdersQuery, settingsQuery, toneOf } from "./witnesses";

/** Who holds checkpoints of the log, and whether the log still continues them. */
export function WitnessesPage() {
  const t = useT();
  const may = useMay();
  const format = useFormat();
  const phone = usePhone();
  const [editing, setEditing] = useState(false);
  const settings = useQuery(settingsQuery);
  const holders = useQuery(holdersQuery);

  const name = (holder: LogHolder) => holder.name ?? t("witness-file");
  const standing = (holder: LogHolder) => (
    <Pill tone={toneOf(holder)}>{t(`standing-${holder.standing.replace(/_/g, "-")}`)}</Pill>
  );
  const time = (at: string | null | undefined) => (at == null ? t("witness-never") : format.dateTime(at));
  const columns: Column<LogHolder>[] = [
    { key: "name", title: t("witness-name"), pinned: true, cell: name },
    { key: "standing", title: t("witness-standing"), cell: standing },
    {
      key: "size",
      title: t("witness-size"),
      align: "end",
      cell: ({ size }) => format.number(size),
    },
    { key: "signed", title: t("witness-signed-at"), cell: ({ signed_at: at }) => time(at) },
    { key: "asked", title: t("witness-asked-at"), cell: ({ asked_at: at }) => time(at) },
  ];
  const rows = holders.data?.items;
  const alarms = rows?.filter(({ alarm }) => alarm) ?? [];
  const failed = settings.error ?? holders.error;
  return (
    <>
      <PageHeader
        title={t("witnesses-title")}
        note={t("witnesses-note")}
        actions={
          may("log_settings.update") && (
            <Button
              type="primary"
              icon={<SettingOutlined aria-hidden />}
              disabled={settings.data === undefined}
              onClick={() => setEditing(true)}
            >
              {t("witnesses-settings")}
            </Button>
          )
        }
      />
      {alarms.length > 0 && (
        <Alert
          type="error"
          showIcon
          className="form-alert"
          title={t("witnesses-alarm", { names: alarms.map(name).join(" · ") })}
          description={t("witnesses-alarm-text")}
        />
      )}
      {failed !== null ? (
        <div className="panel">
          <ErrorState
            error={failed}
            onRetry={() => {
              void settings.refetch();
              void holders.refetch();
            }}
          />
        </div>
      ) : rows?.length === 0 ? (
        <div className="panel">
          <EmptyState title={t("witnesses-none")} text={t("witnesses-none-text")} />
        </div>
      ) : phone && rows !== undefined ? (
        <ul className="cards">
          {rows.map((holder) => (
            <li key={holder.name ?? ""} className="card witness-card">
              <strong>{name(holder)}</strong>
              {standing(holder)}
              <span className="card-facts">
                {t("witness-size")} {format.number(holder.size)} · {time(holder.signed_at)}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <DataTable
          label={t("witnesses-title")}
          columns={columns}
          rows={rows}
          rowKey={(holder) => holder.name ?? ""}
        />
      )}
      {settings.data !== undefined && holders.data !== undefined && (
        <section className="panel witness-facts">
          <dl>
            <Fact
              label={t("witnessed-size")}
              value={
                holders.data.witnessed_size == null
                  ? t("witnessed-none")
                  : t("witnessed-by", {
                      size: format.number(holders.data.witnessed_size),
                      quorum: holders.data.quorum,
                    })
              }
              copied={holders.data.witnessed_note}
              copy={t("witnessed-copy")}
            />
            <Fact
              label={t("witness-policy")}
              value={t("witness-policy-note")}
              copied={settings.data.policy}
              copy={t("witness-policy-copy")}
            />
            <Fact
              label={t("witness-own-key")}
              value={<code className="key">{settings.data.witness_key}</code>}
              copied={settings.data.witness_key}
              copy={t("witness-own-key-copy")}
            />
          </dl>
        </section>
      )}
      {editing && settings.data !== undefined && (
        <SettingsDrawer view={settings.data} onClose={() => setEditing(false)} />
      )}
    </>
  );
}

interface FactProps {
  label: string;
  value: React.ReactNode;
  copied: string | null | undefined;
  copy: string;
}

function Fact({ label, value, copied, copy }: FactProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <span>{value}</span>
        {copied != null && <CopyButton text={copied} label={copy} />}
      </dd>
    </div>
  );
}

import { Link } from "@tanstack/react-router";
import { Button, Drawer } from "antd";
import type { ReactNode } from "react";
import type { AuditEntry } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { CopyButton } from "../../ui/CopyButton";
import { useActionLabel, useActorLabel, useResourceLabel } from "./audit";
import type { AuditSearch } from "./auditSearch";
import { ChangeList } from "./ChangeList";

interface Props {
  entry: AuditEntry | null;
  onClose: () => void;
  onFilter: (filter: AuditSearch) => void;
}

/** Everything one entry of the log says. */
export function EntryDrawer({ entry, onClose, onFilter }: Props) {
  const t = useT();
  return (
    <Drawer
      open={entry !== null}
      onClose={onClose}
      size={520}
      title={t("entry-title", { index: String(entry?.index ?? "") })}
    >
      {entry !== null && <Facts entry={entry} onFilter={onFilter} />}
    </Drawer>
  );
}

function Facts({ entry, onFilter }: { entry: AuditEntry; onFilter: Props["onFilter"] }) {
  const t = useT();
  const format = useFormat();
  const action = useActionLabel();
  const actorLabel = useActorLabel();
  const resourceLabel = useResourceLabel();
  const { actor, resource } = entry;
  return (
    <dl className="entry-facts">
      <Fact title={t("entry-at")}>
        {format.exactTime(entry.at)} <span className="mono soft">{entry.at}</span>
      </Fact>
      <Fact title={t("entry-actor")}>
        {actorLabel(actor)}{" "}
        {actor.id != null && (
          <Button type="link" size="small" onClick={() => onFilter({ actor_id: actor.id ?? undefined })}>
            {t("entry-only-actor")}
          </Button>
        )}
      </Fact>
      <Fact title={t("entry-action")}>
        {action(entry.action)} <code className="soft">{entry.action}</code>
      </Fact>
      <Fact title={t("entry-outcome")}>{t(`outcome-${entry.outcome}`)}</Fact>
      {resource != null && (
        <Fact title={t("entry-resource")}>
          {resourceLabel(resource.type)} <code className="soft">{resource.id}</code>{" "}
          <Button
            type="link"
            size="small"
            onClick={() => onFilter({ resource_type: resource.type, resource_id: resource.id ?? undefined })}
          >
            {t("entry-only-resource")}
          </Button>
          {resource.id != null && (
            <Link className="entry-who-saw" to="/audit/sightings" search={{ resource_id: resource.id }}>
              {t("sightings-who-saw")}
            </Link>
          )}
        </Fact>
      )}
      {entry.changes.length > 0 && (
        <Fact title={t("entry-changes")}>
          <ChangeList changes={entry.changes} />
        </Fact>
      )}
      <Fact title={t("entry-address")}>
        <code>{entry.address ?? "–"}</code>
      </Fact>
      <Fact title={t("entry-request")}>
        <code>{entry.request_id ?? "–"}</code>
      </Fact>
      <Fact title={t("entry-detail")}>
        <pre className="entry-detail">{JSON.stringify(entry.detail, null, 2)}</pre>
      </Fact>
      <Fact title={t("entry-hash")}>
        <code className="entry-hash">{entry.hash}</code> <CopyButton text={entry.hash} />
      </Fact>
    </dl>
  );
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

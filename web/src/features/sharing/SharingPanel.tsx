import { CloseOutlined, SafetyOutlined, ShareAltOutlined, TeamOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Popconfirm } from "antd";
import { lazy, Suspense, useState } from "react";
import { ask } from "../../api/records";
import type { CustomerShare } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { Avatar } from "../../ui/Avatar";
import { ErrorState } from "../../ui/ErrorState";
import { Pill } from "../../ui/Pill";
import { useShowProblem } from "../../ui/useProblemText";
import { accessQuery, maySharing, type Shareable } from "./sharing";
import "./sharing.css";

const ShareDialog = lazy(() => import("./ShareDialog").then((module) => ({ default: module.ShareDialog })));
const LabelDialog = lazy(() => import("./LabelDialog").then((module) => ({ default: module.LabelDialog })));
const AudienceDialog = lazy(() =>
  import("./AudienceDialog").then((module) => ({ default: module.AudienceDialog })),
);

/** With whom a record is shared, what its label is, and who sees it. */
export function SharingPanel({ record }: { record: Shareable }) {
  const t = useT();
  const access = useQuery(accessQuery(record));
  const [open, setOpen] = useState<"share" | "label" | "audience" | null>(null);
  const may = (action: string) => maySharing(record, action);
  const close = () => setOpen(null);
  return (
    <section className="panel" aria-labelledby="sharing-title">
      <div className="panel-head">
        <h2 id="sharing-title">{t("sharing-title")}</h2>
        <span className="panel-tools">
          {may("explain") && (
            <Button size="small" icon={<TeamOutlined aria-hidden />} onClick={() => setOpen("audience")}>
              {t("sharing-audience")}
            </Button>
          )}
          {may("classify") && (
            <Button size="small" icon={<SafetyOutlined aria-hidden />} onClick={() => setOpen("label")}>
              {t("sharing-label")}
            </Button>
          )}
          {may("share") && (
            <Button size="small" icon={<ShareAltOutlined aria-hidden />} onClick={() => setOpen("share")}>
              {t("sharing-add")}
            </Button>
          )}
        </span>
      </div>
      {access.isError && <ErrorState error={access.error} onRetry={() => void access.refetch()} />}
      {access.data?.shares.length === 0 && <p className="panel-body soft">{t("sharing-none")}</p>}
      <ul>
        {access.data?.shares.map((share) => (
          <ShareRow key={share.grantee.id} record={record} share={share} />
        ))}
      </ul>
      <Suspense>
        {open === "share" && <ShareDialog record={record} onClose={close} />}
        {open === "label" && <LabelDialog record={record} onClose={close} />}
        {open === "audience" && <AudienceDialog record={record} onClose={close} />}
      </Suspense>
    </section>
  );
}

function ShareRow({ record, share }: { record: Shareable; share: CustomerShare }) {
  const t = useT();
  const format = useFormat();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const name = share.grantee.name ?? share.grantee.id;
  const withdraw = useMutation({
    mutationFn: () => ask("DELETE", `${record.base}/shares/${share.grantee.id}`),
    onSuccess: () => record.refresh(queryClient),
    onError: showProblem,
  });
  return (
    <li className="share-row">
      <Avatar name={name} small />
      <span className="share-who">
        <strong>{name}</strong>
        <span className="soft">
          {share.until == null
            ? t("share-by", { name: share.by?.name ?? "", at: format.dateTime(share.at) })
            : t("share-by-until", {
                name: share.by?.name ?? "",
                at: format.dateTime(share.at),
                until: format.dateTime(share.until),
              })}
        </span>
      </span>
      {share.ended ? (
        <Pill tone="quiet">{t("share-ended")}</Pill>
      ) : (
        <Pill tone={share.share === "write" ? "brand" : "info"}>{t(`share-${share.share}`)}</Pill>
      )}
      {maySharing(record, "share") && (
        <Popconfirm
          title={t("share-withdraw-title", { name })}
          okText={t("share-withdraw")}
          onConfirm={() => withdraw.mutate()}
        >
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined aria-hidden />}
            aria-label={t("share-withdraw-one", { name })}
          />
        </Popconfirm>
      )}
    </li>
  );
}

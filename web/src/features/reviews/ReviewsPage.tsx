import { AuditOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented, Skeleton } from "antd";
import { useState } from "react";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { CampaignList } from "./CampaignList";
import { OwnReview } from "./OwnReview";
import "./reviews.css";
import { ownReviewsQuery } from "./reviews";
import { StartDrawer } from "./StartDrawer";

type View = "own" | "all";

/** Reviews of access: what one is asked to decide on, and for administrators all of them. */
export function ReviewsPage() {
  const t = useT();
  const may = useMay();
  const watches = may("access_review.list");
  const [view, setView] = useState<View>(watches ? "all" : "own");
  const [starting, setStarting] = useState(false);
  return (
    <>
      <PageHeader
        title={t("reviews-title")}
        note={t("reviews-note")}
        actions={
          may("access_review.create") && (
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setStarting(true)}>
              {t("reviews-start")}
            </Button>
          )
        }
      />
      {watches && (
        <div className="reviews-views">
          <Segmented<View>
            aria-label={t("reviews-views")}
            value={view}
            options={(["all", "own"] as const).map((value) => ({
              value,
              label: t(`reviews-view-${value}`),
            }))}
            onChange={setView}
          />
        </div>
      )}
      {view === "all" ? <CampaignList /> : <Own />}
      {starting && <StartDrawer onClose={() => setStarting(false)} />}
    </>
  );
}

function Own() {
  const t = useT();
  const own = useQuery(ownReviewsQuery);
  if (own.isError) {
    return (
      <div className="panel">
        <ErrorState error={own.error} onRetry={() => void own.refetch()} />
      </div>
    );
  }
  if (own.data === undefined) return <Skeleton active title={false} />;
  if (own.data.items.length === 0) {
    return (
      <div className="panel">
        <EmptyState icon={<AuditOutlined />} title={t("reviews-none-own")} />
      </div>
    );
  }
  return (
    <div className="reviews-list">
      {own.data.items.map((review) => (
        <OwnReview key={review.id} review={review} />
      ))}
    </div>
  );
}

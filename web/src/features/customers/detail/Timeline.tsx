import { useInfiniteQuery } from "@tanstack/react-query";
import type { Customer } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { ErrorState } from "../../../ui/ErrorState";
import { TimelineEntries } from "../../timeline/TimelineEntries";
import { FollowUpForm } from "./FollowUpForm";
import { timelineQuery } from "./timeline";

export function Timeline({ customer }: { customer: Customer }) {
  const t = useT();
  const timeline = useInfiniteQuery(timelineQuery(customer.id));
  const items = timeline.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="panel timeline-panel" aria-labelledby="timeline-title">
      <div className="panel-head">
        <h2 id="timeline-title">{t("timeline-title")}</h2>
      </div>
      {customer.actions.includes("customer.update") && <FollowUpForm customerId={customer.id} />}
      {timeline.isError && <ErrorState error={timeline.error} onRetry={() => void timeline.refetch()} />}
      <TimelineEntries
        items={items}
        words={(kind) => t(`timeline-${kind}`)}
        more={
          timeline.hasNextPage
            ? { pending: timeline.isFetchingNextPage, load: () => void timeline.fetchNextPage() }
            : undefined
        }
      />
    </section>
  );
}

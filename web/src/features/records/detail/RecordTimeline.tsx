import { useInfiniteQuery } from "@tanstack/react-query";
import { useT } from "../../../i18n/useT";
import { ErrorState } from "../../../ui/ErrorState";
import { TimelineEntries } from "../../timeline/TimelineEntries";
import { useObjectWords } from "../objects";
import { mayOn, timelineQuery } from "../records";
import type { Entity, ObjectInfo } from "../types";
import { CommentForm } from "./CommentForm";

/** What happened around a record, and what people said about it. */
export function RecordTimeline({ object, record }: { object: ObjectInfo; record: Entity }) {
  const t = useT();
  const words = useObjectWords()(object.name);
  const timeline = useInfiniteQuery(timelineQuery(object.path, record.id));
  const items = timeline.data?.pages.flatMap((page) => page.items) ?? [];
  const said = (kind: string) => {
    const own = `record-timeline-${kind}`;
    if (t.has(own)) return t(own, { object: words.one });
    return t.has(`timeline-${kind}`) ? t(`timeline-${kind}`) : t("timeline-other");
  };
  return (
    <section aria-label={t("timeline-title")}>
      {mayOn(object, record, "update") && <CommentForm object={object} record={record} />}
      {timeline.isError && <ErrorState error={timeline.error} onRetry={() => void timeline.refetch()} />}
      <TimelineEntries
        items={items}
        words={said}
        more={
          timeline.hasNextPage
            ? { pending: timeline.isFetchingNextPage, load: () => void timeline.fetchNextPage() }
            : undefined
        }
      />
    </section>
  );
}

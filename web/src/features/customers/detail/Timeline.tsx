import {
  CarOutlined,
  DownloadOutlined,
  EditOutlined,
  EyeOutlined,
  FileTextOutlined,
  ImportOutlined,
  MailOutlined,
  MessageOutlined,
  PhoneOutlined,
  PlusCircleOutlined,
  SwapOutlined,
  UserAddOutlined,
  UserDeleteOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import type { ComponentType } from "react";
import type { Customer, TimelineItem } from "../../../api/types";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { ErrorState } from "../../../ui/ErrorState";
import { useFieldLabel } from "../../fields/fields";
import { FollowUpForm } from "./FollowUpForm";
import { FOLLOW_UP_KINDS, timelineQuery } from "./timeline";

const ICONS: Record<string, ComponentType<{ "aria-hidden"?: boolean }>> = {
  call: PhoneOutlined,
  visit: CarOutlined,
  message: MessageOutlined,
  email: MailOutlined,
  note: FileTextOutlined,
  created: PlusCircleOutlined,
  updated: EditOutlined,
  imported: ImportOutlined,
  owner_changed: SwapOutlined,
  contact_created: UserAddOutlined,
  contact_updated: UserOutlined,
  contact_deleted: UserDeleteOutlined,
  revealed: EyeOutlined,
  exported: DownloadOutlined,
};

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
      <ol className="timeline">
        {items.map((item) => (
          <Entry key={item.id} item={item} />
        ))}
      </ol>
      {timeline.hasNextPage && (
        <div className="facts-more">
          <Button
            type="link"
            size="small"
            loading={timeline.isFetchingNextPage}
            onClick={() => void timeline.fetchNextPage()}
          >
            {t("timeline-more")}
          </Button>
        </div>
      )}
    </section>
  );
}

function Entry({ item }: { item: TimelineItem }) {
  const t = useT();
  const format = useFormat();
  const label = useFieldLabel();
  const Icon = ICONS[item.kind] ?? FileTextOutlined;
  const byHand = (FOLLOW_UP_KINDS as readonly string[]).includes(item.kind);
  // That a new customer has fields goes without saying.
  const fields = item.kind === "created" ? "" : format.list(item.changes?.map(label) ?? []);
  return (
    <li className={byHand ? "entry entry-by-hand" : "entry"}>
      <span className="entry-icon" aria-hidden="true">
        <Icon aria-hidden />
      </span>
      <div>
        <p className="entry-head">
          <strong>{item.author?.name ?? t("actor-system")}</strong> {t(`timeline-${item.kind}`)}
          {fields !== "" && <span>{t("timeline-fields", { fields })}</span>}
          <time dateTime={item.at}>{format.dateTime(item.at)}</time>
        </p>
        {item.content && <p className="entry-content">{item.content}</p>}
        {item.next_contact_at && (
          <p className="entry-next">{t("timeline-next", { at: format.date(item.next_contact_at) })}</p>
        )}
      </div>
    </li>
  );
}

import {
  CarOutlined,
  CommentOutlined,
  DownloadOutlined,
  EditOutlined,
  EyeOutlined,
  FileTextOutlined,
  ImportOutlined,
  MailOutlined,
  MessageOutlined,
  PhoneOutlined,
  PlusCircleOutlined,
  RightCircleOutlined,
  SwapOutlined,
  UserAddOutlined,
  UserDeleteOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { Button } from "antd";
import type { ComponentType } from "react";
import type { TimelineItem } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { useFieldLabel } from "../fields/fields";
import "./timeline.css";

const ICONS: Record<string, ComponentType<{ "aria-hidden"?: boolean }>> = {
  call: PhoneOutlined,
  visit: CarOutlined,
  message: MessageOutlined,
  email: MailOutlined,
  note: FileTextOutlined,
  comment: CommentOutlined,
  created: PlusCircleOutlined,
  updated: EditOutlined,
  moved: RightCircleOutlined,
  imported: ImportOutlined,
  owner_changed: SwapOutlined,
  contact_created: UserAddOutlined,
  contact_updated: UserOutlined,
  contact_deleted: UserDeleteOutlined,
  revealed: EyeOutlined,
  exported: DownloadOutlined,
};

/** What people wrote down themselves. */
const BY_HAND = new Set(["call", "visit", "message", "email", "note", "comment"]);

interface Props {
  items: TimelineItem[];
  /** What happened, in words. */
  words: (kind: string) => string;
  /** The way to what happened before, while there is more. */
  more?: { pending: boolean; load: () => void } | undefined;
}

/** What happened around a record, newest first. */
export function TimelineEntries({ items, words, more }: Props) {
  const t = useT();
  return (
    <>
      <ol className="timeline">
        {items.map((item) => (
          <Entry key={item.id} item={item} words={words} />
        ))}
      </ol>
      {more !== undefined && (
        <div className="facts-more">
          <Button type="link" size="small" loading={more.pending} onClick={more.load}>
            {t("timeline-more")}
          </Button>
        </div>
      )}
    </>
  );
}

function Entry({ item, words }: { item: TimelineItem; words: (kind: string) => string }) {
  const t = useT();
  const format = useFormat();
  const label = useFieldLabel();
  const Icon = ICONS[item.kind] ?? FileTextOutlined;
  // That something new has fields goes without saying.
  const fields = item.kind === "created" ? "" : format.list(item.changes?.map(label) ?? []);
  return (
    <li className={BY_HAND.has(item.kind) ? "entry entry-by-hand" : "entry"}>
      <span className="entry-icon" aria-hidden="true">
        <Icon aria-hidden />
      </span>
      <div>
        <p className="entry-head">
          <strong>{item.author?.name ?? t("actor-system")}</strong> {words(item.kind)}
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

import { Tabs } from "antd";
import { useState } from "react";
import { useT } from "../../../i18n/useT";
import { SharingPanel } from "../../sharing/SharingPanel";
import { useReferrers } from "../objects";
import { shareableRecord } from "../records";
import type { Entity, ObjectInfo } from "../types";
import { RecordFacts } from "./RecordFacts";
import { RecordHeader } from "./RecordHeader";
import { RecordTimeline } from "./RecordTimeline";
import { RelatedToRecord } from "./RelatedToRecord";
import { StateBar } from "./StateBar";

interface Props {
  object: ObjectInfo;
  record: Entity;
  /** The record was deleted. */
  onGone: () => void;
}

const TABS = ["facts", "related", "timeline", "sharing"] as const;
type Tab = (typeof TABS)[number];

/** The part that was looked at last stays open while one walks from record to record. */
let lastTab: Tab = "facts";

/** Everything about one record. */
export function RecordDetail({ object, record, onGone }: Props) {
  const t = useT();
  const referrers = useReferrers(object.name);
  const tabs = TABS.filter((tab) => tab !== "related" || referrers.length > 0);
  const [tab, setTab] = useState<Tab>(tabs.includes(lastTab) ? lastTab : "facts");
  const parts: Record<Tab, () => React.ReactNode> = {
    facts: () => <RecordFacts object={object} record={record} />,
    related: () => <RelatedToRecord object={object} record={record} referrers={referrers} />,
    timeline: () => <RecordTimeline object={object} record={record} />,
    sharing: () => <SharingPanel record={shareableRecord(object, record)} />,
  };
  return (
    <>
      <RecordHeader object={object} record={record} onGone={onGone} />
      {object.state !== null && <StateBar object={object} record={record} />}
      <Tabs
        className="record-tabs"
        activeKey={tab}
        onChange={(next) => {
          lastTab = next as Tab;
          setTab(lastTab);
        }}
        destroyOnHidden
        items={tabs.map((key) => ({ key, label: t(`record-tab-${key}`), children: parts[key]() }))}
      />
    </>
  );
}

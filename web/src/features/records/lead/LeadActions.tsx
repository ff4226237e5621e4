import { UserSwitchOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { useT } from "../../../i18n/useT";
import { mayOn } from "../records";
import type { Entity, ObjectInfo } from "../types";

const ConvertDialog = lazy(() =>
  import("./ConvertDialog").then((module) => ({ default: module.ConvertDialog })),
);

/** What leads alone can do: become a customer. */
export function LeadActions({ object, record }: { object: ObjectInfo; record: Entity }) {
  const t = useT();
  const [converting, setConverting] = useState(false);
  // Converting changes the lead; one that names its customer has been converted.
  if (!mayOn(object, record, "update") || record.fields.customer !== undefined) return null;
  return (
    <>
      <Button type="primary" icon={<UserSwitchOutlined aria-hidden />} onClick={() => setConverting(true)}>
        {t("lead-convert")}
      </Button>
      <Suspense>
        {converting && <ConvertDialog object={object} lead={record} onClose={() => setConverting(false)} />}
      </Suspense>
    </>
  );
}

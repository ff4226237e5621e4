import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { lazy, Suspense, useId, useState } from "react";
import type { FieldInfo, FieldValue } from "../../../api/types";
import { iconOf } from "../../../app/objectIcons";
import { useMay } from "../../../app/session/session";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { ErrorState } from "../../../ui/ErrorState";
import { FieldsOf, isAmount } from "../../fields/fields";
import { useObjectWords } from "../objects";
import { listQuery, recordTitle } from "../records";
import { StatePill } from "../StatePill";
import type { Entity, ObjectInfo } from "../types";

const CreateDrawer = lazy(() =>
  import("../edit/CreateDrawer").then((module) => ({ default: module.CreateDrawer })),
);

/** How many of them are shown here; the others are in their own list. */
const SHOWN = 5;

interface Props {
  /** The kind of records that are listed, and the field by which they refer. */
  object: ObjectInfo;
  field: FieldInfo;
  /** What they refer to. */
  id: string;
  /** What a new one begins with. */
  prefilled: () => Record<string, FieldValue>;
}

/** The records of one kind that refer to something, and the way to make one more. */
export function RelatedList({ object, field, id, prefilled }: Props) {
  const t = useT();
  const may = useMay();
  const titleId = useId();
  const navigate = useNavigate();
  const words = useObjectWords()(object.name);
  const [creating, setCreating] = useState(false);
  const page = useQuery(
    listQuery(object.path, {
      filter: { field: field.name, in: [id] },
      sort: "-updated_at",
      limit: SHOWN,
    }),
  );
  const Icon = iconOf(object.name);
  const total = page.data?.total;
  return (
    <section className="related-list" aria-labelledby={titleId}>
      <div className="related-head">
        <h3 id={titleId}>
          <Icon aria-hidden /> {words.many}
          {total !== undefined && <span className="related-count figures">{total}</span>}
        </h3>
        {may(`${object.name}.create`) && (
          <Button
            size="small"
            type="text"
            icon={<PlusOutlined aria-hidden />}
            aria-label={t("record-create", { object: words.one })}
            title={t("record-create", { object: words.one })}
            onClick={() => setCreating(true)}
          />
        )}
      </div>
      {page.isError && <ErrorState error={page.error} onRetry={() => void page.refetch()} />}
      <FieldsOf value={object.name}>
        <ul>
          {page.data?.items.map((record) => (
            <li key={record.id}>
              <RelatedRow object={object} record={record} />
            </li>
          ))}
        </ul>
      </FieldsOf>
      {total !== undefined && total > SHOWN && (
        <Link
          className="related-all"
          to="/$path/{-$id}"
          params={{ path: object.path, id: undefined }}
          search={{ [field.name]: id }}
        >
          {t("related-all", { total })}
        </Link>
      )}
      <Suspense>
        {creating && (
          <CreateDrawer
            object={object}
            prefilled={prefilled()}
            onClose={() => setCreating(false)}
            onCreated={(record) =>
              void navigate({ to: "/$path/{-$id}", params: { path: object.path, id: record.id } })
            }
          />
        )}
      </Suspense>
    </section>
  );
}

function RelatedRow({ object, record }: { object: ObjectInfo; record: Entity }) {
  const format = useFormat();
  const amount = record.fields[object.amount ?? ""];
  const date = record.fields[object.date ?? ""];
  return (
    <Link to="/$path/{-$id}" params={{ path: object.path, id: record.id }} className="related-row">
      <span className="related-name">{recordTitle(object, record)}</span>
      <span className="related-facts">
        {typeof date === "string" && <span className="figures soft">{format.date(date)}</span>}
        {isAmount(amount) && <span className="figures">{format.money(amount)}</span>}
        {object.state !== null && <StatePill object={object} record={record} />}
      </span>
    </Link>
  );
}

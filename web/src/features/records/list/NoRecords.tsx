import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { iconOf } from "../../../app/objectIcons";
import { useT } from "../../../i18n/useT";
import { EmptyState } from "../../../ui/EmptyState";
import { useObjectWords } from "../objects";
import type { ViewProps } from "../RecordsPage";

/** Where there is nothing: what the object is for, and the first thing to do about it. */
export function NoRecords({ object, narrowed, onCreate }: ViewProps & { narrowed: boolean }) {
  const t = useT();
  const words = useObjectWords()(object.name);
  const Icon = iconOf(object.name);
  const purpose = `object-${object.name}-purpose`;
  return (
    <div className="panel">
      <EmptyState
        icon={<Icon aria-hidden />}
        title={
          narrowed
            ? t("records-none-found", { object: words.many })
            : t("records-none", { object: words.many })
        }
        text={narrowed ? t("customers-none-found-text") : t.has(purpose) ? t(purpose) : ""}
        action={
          narrowed ? (
            <Link to="/$path/{-$id}" params={{ path: object.path, id: undefined }} search={{}}>
              {t("customers-show-all")}
            </Link>
          ) : (
            onCreate !== undefined && (
              <Button type="primary" onClick={onCreate}>
                {t("record-create", { object: words.one })}
              </Button>
            )
          )
        }
      />
    </div>
  );
}

import { Checkbox } from "antd";
import { useMemo, useState } from "react";
import type { Customer } from "../../api/types";
import { useT } from "../../i18n/useT";
import type { Column } from "../../ui/DataTable";
import { customerName } from "../customers/list/columns";

export interface Selection {
  ids: string[];
  clear: () => void;
  /** The column to choose rows in. */
  column: Column<Customer>;
}

/** Rows chosen in the list; they stay chosen while one pages through it. */
export function useSelection(rows: Customer[] | undefined): Selection {
  const t = useT();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const column = useMemo<Column<Customer>>(() => {
    const shown = rows?.map(({ id }) => id) ?? [];
    const here = shown.filter((id) => chosen.has(id)).length;
    const set = (ids: string[], on: boolean) =>
      setChosen((before) => {
        const after = new Set(before);
        for (const id of ids) {
          if (on) after.add(id);
          else after.delete(id);
        }
        return after;
      });
    return {
      key: "chosen",
      title: t("reassign-choose"),
      head: (
        <Checkbox
          aria-label={t("reassign-choose-page")}
          checked={here > 0 && here === shown.length}
          indeterminate={here > 0 && here < shown.length}
          onChange={(event) => set(shown, event.target.checked)}
        />
      ),
      cell: (customer) => (
        <Checkbox
          aria-label={t("reassign-choose-one", { name: customerName(customer) })}
          checked={chosen.has(customer.id)}
          onChange={(event) => set([customer.id], event.target.checked)}
        />
      ),
    };
  }, [rows, chosen, t]);
  return { ids: [...chosen], clear: () => setChosen(new Set()), column };
}

import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Button } from "antd";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import type { State } from "../states";
import type { BoardColumn } from "../types";
import type { Held } from "./BoardColumns";
import { heldIn } from "./held";

interface Props {
  column: BoardColumn;
  state: State | undefined;
  waiting: boolean;
  hasAmounts: boolean;
  /** A card is held over it by keyboard. */
  over: boolean;
  /** What is being moved may not come here. */
  closed: boolean;
  mayDrop: (held: Held) => boolean;
  onDrop: (held: Held) => void;
  onMore: (() => void) | undefined;
  children: ReactNode;
}

/** One state of a board: how many are in it, what they come to, and the cards. */
export function Column(props: Props) {
  const { column, state, waiting, hasAmounts, over, closed, onMore, children } = props;
  const t = useT();
  const format = useFormat();
  const titleId = useId();
  const element = useRef<HTMLElement>(null);
  const [below, setBelow] = useState(false);
  const handlers = useRef(props);
  handlers.current = props;

  useEffect(() => {
    if (element.current === null) return;
    return dropTargetForElements({
      element: element.current,
      canDrop: ({ source }) => {
        const held = heldIn(source.data);
        return held !== undefined && handlers.current.mayDrop(held);
      },
      onDragEnter: () => setBelow(true),
      onDragLeave: () => setBelow(false),
      onDrop: ({ source }) => {
        setBelow(false);
        const held = heldIn(source.data);
        if (held !== undefined) handlers.current.onDrop(held);
      },
    });
  }, []);

  const classes = [
    "board-column",
    over || below ? "board-column-over" : "",
    closed ? "board-column-closed" : "",
  ];
  return (
    <section className={classes.filter(Boolean).join(" ")} aria-labelledby={titleId} ref={element}>
      <header className={`board-head board-head-${state?.kind ?? "open"}`}>
        <h2 id={titleId}>{state?.name ?? column.code}</h2>
        <span className="board-count figures">{waiting ? "" : format.number(column.count)}</span>
        {hasAmounts && (
          <span className="board-total figures">
            {column.totals.map((total) => format.money(total)).join(" + ")}
            {state?.winRate != null && state.kind === "open" && (
              <span className="soft" title={t("board-win-rate")}>
                {format.percent(state.winRate / 100)}
              </span>
            )}
          </span>
        )}
      </header>
      <ul className="board-cards">
        {waiting ? (
          <li className="board-card">
            <span className="skeleton" />
          </li>
        ) : (
          children
        )}
      </ul>
      {column.more && onMore !== undefined && (
        <Button type="text" size="small" onClick={onMore}>
          {t("board-more", { count: column.count - column.items.length })}
        </Button>
      )}
    </section>
  );
}

import { EllipsisOutlined, WarningOutlined } from "@ant-design/icons";
import { draggable } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Link } from "@tanstack/react-router";
import { Button, Dropdown } from "antd";
import { useEffect, useRef, useState } from "react";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { Avatar } from "../../../ui/Avatar";
import { Highlight } from "../../../ui/Highlight";
import { isAmount, isReference } from "../../fields/fields";
import type { ListSearch } from "../list/listSearch";
import { recordTitle } from "../records";
import { type State, stageSince, stuckDays } from "../states";
import type { Entity, ObjectInfo } from "../types";
import type { Held } from "./BoardColumns";
import { withHeld } from "./held";

interface Props {
  object: ObjectInfo;
  record: Entity;
  state: State | undefined;
  /** The column it stands in. */
  from: string;
  /** Where it may go. */
  ways: State[];
  search: ListSearch;
  lifted: boolean;
  current: boolean;
  /** A record is open: the next takes its place in the history, too. */
  replace: boolean;
  onMove: (to: State) => void;
  onOpen: (id: string) => void;
  onDrag: (held: Held | null) => void;
}

/** One record on a board: what it is, how much, whose, until when, and whether it is stuck. */
export function BoardCard(props: Props) {
  const { object, record, state, from, ways, search, lifted, current, replace, onMove, onOpen, onDrag } =
    props;
  const t = useT();
  const format = useFormat();
  const element = useRef<HTMLLIElement>(null);
  const [dragging, setDragging] = useState(false);
  const held = useRef<Held>({ record, from });
  held.current = { record, from };
  const tell = useRef(onDrag);
  tell.current = onDrag;
  const moves = ways.length > 0;

  useEffect(() => {
    if (element.current === null || !moves) return;
    return draggable({
      element: element.current,
      getInitialData: () => withHeld(held.current),
      onDragStart: () => {
        setDragging(true);
        tell.current(held.current);
      },
      onDrop: () => {
        setDragging(false);
        tell.current(null);
      },
    });
  }, [moves]);

  const title = recordTitle(object, record);
  const amount = record.fields[object.amount ?? ""];
  const date = record.fields[object.date ?? ""];
  const { customer } = record.fields;
  const stuck = stuckDays(state, stageSince(record), Date.now());
  const classes = [
    "board-card",
    moves ? "board-card-moves" : "",
    lifted ? "board-card-lifted" : "",
    dragging ? "board-card-dragging" : "",
    current ? "board-card-current" : "",
  ];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are heard by the whole board, see BoardColumns.
    <li
      ref={element}
      className={classes.filter(Boolean).join(" ")}
      data-key={record.id}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a card is walked to and carried by keyboard.
      tabIndex={0}
      aria-label={title}
      aria-roledescription={moves ? t("board-card") : undefined}
      onClick={(event) => {
        const { target } = event;
        const own = target instanceof Element && target.closest("a, button, .ant-dropdown") !== null;
        if (!own && event.currentTarget.contains(target as Node)) onOpen(record.id);
      }}
    >
      <div className="board-card-head">
        <Link
          to="/$path/{-$id}"
          params={{ path: object.path, id: record.id }}
          search={search}
          replace={replace}
          tabIndex={-1}
          draggable={false}
        >
          <Highlight text={title} term={search.q} />
        </Link>
        {moves && (
          <Dropdown
            trigger={["click"]}
            menu={{
              items: ways.map(({ code, name }) => ({ key: code, label: name })),
              onClick: ({ key }) => {
                const to = ways.find(({ code }) => code === key);
                if (to !== undefined) onMove(to);
              },
            }}
          >
            <Button
              type="text"
              size="small"
              icon={<EllipsisOutlined aria-hidden />}
              aria-label={t("board-move", { name: title })}
              title={t("board-move-to")}
            />
          </Dropdown>
        )}
      </div>
      <p className="board-card-who">
        <span className="soft">{isReference(customer) ? customer.name : null}</span>
        {record.owner?.name != null && (
          <span title={record.owner.name}>
            <Avatar name={record.owner.name} small />
            <span className="visually-hidden">{record.owner.name}</span>
          </span>
        )}
      </p>
      <p className="board-card-facts">
        {isAmount(amount) && <span className="figures board-card-amount">{format.money(amount)}</span>}
        {typeof date === "string" && <span className="figures soft">{format.date(date)}</span>}
      </p>
      {stuck !== null && (
        <p className="stuck">
          <WarningOutlined aria-hidden /> {t("record-stuck", { days: stuck })}
        </p>
      )}
    </li>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useT } from "../../i18n/useT";
import { isReference, textOf, useChoiceLabel } from "../fields/fields";
import { fieldOfType } from "./objects";
import { pipelinesQuery } from "./records";
import type { Entity, ObjectInfo, Pipeline, Stage, StateKind } from "./types";

/** A state a record can be in, with its words. */
export interface State {
  code: string;
  name: string;
  kind: StateKind;
  /** Fields that must be filled in before a record may come here. */
  needs: string[];
  /** After how many days without a change a record here is stuck. */
  stagnantDays: number | null;
  /** How likely what is here is to be won, from 0 to 100. */
  winRate: number | null;
}

/** A pipeline with its words: what comes with the product has those of the page. */
export interface NamedPipeline extends Pipeline {
  name: string;
  stages: (Stage & { name: string })[];
}

const NO_PIPELINES: NamedPipeline[] = [];

export function usePipelines(wanted = true): NamedPipeline[] {
  const t = useT();
  const { data } = useQuery({ ...pipelinesQuery, enabled: wanted });
  return useMemo(
    () =>
      data?.map((pipeline) => ({
        ...pipeline,
        name: pipeline.name ?? t("pipeline-built-in"),
        stages: pipeline.stages.map((stage) => ({
          ...stage,
          name: stage.name ?? (t.has(`stage-${stage.code}`) ? t(`stage-${stage.code}`) : (stage.code ?? "")),
        })),
      })) ?? NO_PIPELINES,
    [data, t],
  );
}

export function usePipelineName(wanted = true): (id: string) => string {
  const pipelines = usePipelines(wanted);
  return useCallback((id: string) => pipelines.find((one) => one.id === id)?.name ?? "", [pipelines]);
}

/** The pipeline records go by unless they say otherwise. */
export function defaultPipeline<P extends Pipeline>(pipelines: P[]): P | undefined {
  return pipelines.find(({ is_default }) => is_default) ?? pipelines[0];
}

/** Whether the states of an object are the stages of pipelines. */
export function goesByStages(object: ObjectInfo): boolean {
  return object.fields.some(({ name, type }) => name === object.state?.field && type === "stage");
}

/** An id that a field holds, as text or as a reference. */
export function idIn(record: Entity, field: string | undefined): string | undefined {
  const value = field === undefined ? undefined : record.fields[field];
  if (isReference(value)) return value.id;
  return textOf(value) || undefined;
}

export function stateCode(object: ObjectInfo, record: Entity): string | undefined {
  return idIn(record, object.state?.field);
}

/** The states of an object in their order; for stages those of one pipeline, or of all when none is named. */
export function useStates(object: ObjectInfo, pipeline?: string): State[] {
  const choiceLabel = useChoiceLabel(object.name);
  const staged = goesByStages(object);
  const pipelines = usePipelines(staged);
  return useMemo(() => {
    const { state } = object;
    if (state === null) return [];
    if (!staged) {
      return state.states.map(({ code, kind, needs }) => ({
        code,
        name: choiceLabel(state.field, code),
        kind,
        needs: needs ?? [],
        stagnantDays: null,
        winRate: null,
      }));
    }
    const meant = pipelines.filter(({ id }) => pipeline === undefined || id === pipeline);
    return meant.flatMap(({ stages }) =>
      stages.map(({ id, name, kind, needs, stagnant_days, win_rate }) => ({
        code: id,
        name,
        kind,
        needs: needs ?? [],
        stagnantDays: stagnant_days,
        winRate: win_rate,
      })),
    );
  }, [object, staged, pipelines, pipeline, choiceLabel]);
}

/** The states a record can be in: of its own pipeline, where it has one. */
export function useStatesOf(object: ObjectInfo, record: Entity): State[] {
  return useStates(object, idIn(record, fieldOfType(object, "pipeline")?.name));
}

/** Whether a record may go from one state to another. */
export function mayMove(object: ObjectInfo, from: string | undefined, to: string): boolean {
  if (from === to) return false;
  const states = object.state?.states ?? [];
  if (states.length === 0) return true;
  return states.some(({ code, next }) => code === from && next.includes(to));
}

const DAY_MS = 86_400_000;

/** Since when a record is in its state, as far as that is told; otherwise when it last changed. */
export function stageSince(record: Entity): string {
  return textOf(record.fields.stage_since) || record.updated_at;
}

/** For how many days a record has been stuck in its state; null when it is not. */
export function stuckDays(state: State | undefined, since: string, now: number): number | null {
  if (state === undefined || state.stagnantDays === null || state.kind !== "open") return null;
  const days = Math.floor((now - Date.parse(since)) / DAY_MS);
  return days >= state.stagnantDays ? days : null;
}

/** The fields a state needs that a record does not have yet. */
export function missingFor(state: State, record: Entity): string[] {
  return state.needs.filter((name) => record.fields[name] === undefined);
}

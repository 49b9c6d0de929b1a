import type { AssignedFeature } from '../bridge/payload.ts';
import { asId, isObject, objectList, type WireEntity, type WireObject } from '../config/wire-config.ts';
import { asText } from './text.ts';

/** Declared features by id. */
export type FeaturesById = ReadonlyMap<string, WireEntity>;

/** The features a variation switches on, in the order of its changes, each with its variables cast to their types. */
export function featuresOf(variation: WireObject, featuresById: FeaturesById): readonly AssignedFeature[] {
  const carried = new Map<string, AssignedFeature>();
  for (const { featureId, variables } of featureChanges(variation)) {
    const feature = featuresById.get(featureId);
    if (feature === undefined || carried.has(featureId)) continue;
    carried.set(featureId, {
      featureKey: feature.key,
      featureId,
      variables: Object.freeze(castVariables(variables, feature)),
    });
  }
  return Object.freeze([...carried.values()].map((feature) => Object.freeze(feature)));
}

export function carriedFeatureIds(variation: WireObject): string[] {
  return featureChanges(variation).map((change) => change.featureId);
}

function featureChanges(variation: WireObject): { featureId: string; variables: WireObject }[] {
  const found: { featureId: string; variables: WireObject }[] = [];
  for (const change of objectList(variation, 'changes', 'variation')) {
    if (change.type !== 'fullStackFeature' || !isObject(change.data)) continue;
    const featureId = asId(change.data.feature_id);
    const variables = change.data.variables_data;
    if (featureId !== null) found.push({ featureId, variables: isObject(variables) ? variables : {} });
  }
  return found;
}

function castVariables(variables: WireObject, feature: WireEntity): Record<string, unknown> {
  const types = new Map<unknown, unknown>();
  const declared = feature.source.variables;
  if (Array.isArray(declared))
    for (const variable of declared) if (isObject(variable)) types.set(variable.key, variable.type);
  const cast: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(variables)) cast[name] = castTo(types.get(name), value);
  return cast;
}

/** The value in the declared type; a value that cannot be cast stays as it is. */
function castTo(type: unknown, value: unknown): unknown {
  switch (type) {
    case 'boolean':
      return value === 'true' ? true : value === 'false' ? false : Boolean(value);
    case 'integer':
      // Without a radix, as Convert's JavaScript SDK: "0x1a" is 26.
      return numberOr(value, Number.parseInt);
    case 'float':
      return numberOr(value, Number.parseFloat);
    case 'string':
      return asText(value);
    case 'json':
      return typeof value === 'object' ? value : parsedOr(value);
    default:
      return value;
  }
}

function numberOr(value: unknown, parse: (text: string) => number): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const parsed = parse(asText(value));
  return Number.isNaN(parsed) ? value : parsed;
}

function parsedOr(value: unknown): unknown {
  const text = asText(value);
  try {
    return deepFrozen(JSON.parse(text));
  } catch {
    return text;
  }
}

function deepFrozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) deepFrozen(member);
  return Object.freeze(value);
}

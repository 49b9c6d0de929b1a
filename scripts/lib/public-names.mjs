import { join } from 'node:path';
import ts from 'typescript';
import { entriesOf } from './package-rules.mjs';

/** Every name that each entry of a built package exports, values and types. */
export function publicNames(folder, manifest) {
  const entries = entriesOf(manifest).map(({ name, files }) => ({
    name,
    declarations: join(folder, files.find((file) => file.endsWith('.d.ts')) ?? ''),
  }));
  const program = ts.createProgram(
    entries.map(({ declarations }) => declarations),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      skipLibCheck: true,
      types: [],
    },
  );
  const checker = program.getTypeChecker();
  return Object.fromEntries(entries.map(({ name, declarations }) => [name, namesIn(declarations)]));

  function namesIn(file) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${file} exports nothing.`);
    return checker.getExportsOfModule(module).map(label).sort();
  }

  function label(symbol) {
    const isAlias = symbol.flags & ts.SymbolFlags.Alias;
    const target = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
    if (!target.declarations) return `unresolved ${symbol.name}`;
    return target.flags & ts.SymbolFlags.Value ? symbol.name : `type ${symbol.name}`;
  }
}

/** What was added to and taken from the names that `before` lists: `+ core . Name`, `- core . Name`. */
export function changedNames(before, after) {
  const flat = (all) =>
    Object.entries(all).flatMap(([name, entries]) =>
      Object.entries(entries).flatMap(([entry, names]) => names.map((exported) => `${name} "${entry}" ${exported}`)),
    );
  const [old, now] = [flat(before), flat(after)];
  return [
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
  ];
}

import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** The package as an application gets it: compiled file by file, importable by a Node process of its own. */
export class BuiltPackage implements AsyncDisposable {
  readonly #directory: string;
  readonly #running = new Set<ChildProcess>();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async create(): Promise<BuiltPackage> {
    const directory = await mkdtemp(join(tmpdir(), 'convert-core-'));
    const target = join(directory, 'node_modules', '@convert-fullstack', 'core');
    for (const file of await readdir(join(root, 'src'), { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const { outputText } = ts.transpileModule(await readFile(join(root, 'src', file), 'utf8'), { compilerOptions });
      const compiled = join(target, 'dist', file.replace(/ts$/, 'js'));
      await mkdir(dirname(compiled), { recursive: true });
      await writeFile(compiled, outputText);
    }
    await cp(join(root, 'package.json'), join(target, 'package.json'));
    await symlink(join(root, 'node_modules', 'murmurhash-js'), join(directory, 'node_modules', 'murmurhash-js'));
    return new BuiltPackage(directory);
  }

  /** Runs an ES module that may import `@convert-fullstack/core` until it exits by itself, for at most 15 s. */
  async run(script: string, { args = [] as readonly string[] } = {}): Promise<Finished> {
    const file = join(this.#directory, `script-${this.#running.size}-${Math.random().toString(36).slice(2)}.mjs`);
    await writeFile(file, script);
    const started = performance.now();
    const child = spawn(process.execPath, [...args, file], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.add(child);
    const giveUp = setTimeout(() => child.kill('SIGKILL'), 15_000);
    const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('close', resolve)));
    clearTimeout(giveUp);
    return { code, stdout, stderr, ms: performance.now() - started };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    await rm(this.#directory, { recursive: true, force: true });
  }
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

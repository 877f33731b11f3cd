// The public type declarations of the library as one file without imports, so that they can be served next to it.
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const here = dirname(fileURLToPath(import.meta.url));
const INDEX = join(here, "src", "index.d.ts");

/** The declarations that tsc emits, by absolute path. */
function emitDeclarations() {
  const { config } = ts.readConfigFile(join(here, "tsconfig.build.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, here);
  const program = ts.createProgram([join(here, "src", "index.ts")], {
    ...options,
    outDir: join(here, "src"),
  });
  const emitted = new Map();
  const { diagnostics } = program.emit(undefined, (path, text) =>
    emitted.set(resolve(path), ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)),
  );
  const errors = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (errors.length > 0) {
    throw new Error(ts.formatDiagnostics(errors, ts.createCompilerHost(options)));
  }
  return emitted;
}

/** The declared types, classes and functions of the modules, by name; dependencies first. */
function declarationsOf(emitted) {
  const declarations = new Map();
  const visited = new Set();
  const visit = (path) => {
    visited.add(path);
    for (const statement of emitted.get(path).statements) {
      if (statement.moduleSpecifier) {
        const target = resolve(dirname(path), statement.moduleSpecifier.text);
        const dependency = target.replace(/\.js$/, ".d.ts");
        if (!visited.has(dependency)) {
          visit(dependency);
        }
      } else if (statement.name) {
        const name = statement.name.text;
        declarations.set(name, [...(declarations.get(name) ?? []), statement]);
      }
    }
  };
  visit(INDEX);
  return declarations;
}

/** The given names, and all that their declarations mention. */
function reachable(declarations, names) {
  const found = new Set();
  const visitNode = (node) => {
    if (ts.isIdentifier(node)) {
      visitName(node.text);
    }
    ts.forEachChild(node, visitNode);
  };
  const visitName = (name) => {
    if (!found.has(name) && declarations.has(name)) {
      found.add(name);
      declarations.get(name).forEach(visitNode);
    }
  };
  names.forEach(visitName);
  return found;
}

/** A declaration without its `export`: what is public is listed at the end of the file. */
function withoutExport(statement) {
  const keyword = statement.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  const text = statement.getFullText();
  const at = keyword ? keyword.getStart() - statement.getFullStart() : 0;
  return (text.slice(0, at) + text.slice(at).replace(/^export\s+/, "")).trim();
}

/** @returns {string} the text of `sluice.d.ts` */
export function bundleDeclarations() {
  const emitted = emitDeclarations();
  const exported = emitted
    .get(INDEX)
    .statements.flatMap(({ exportClause }) => exportClause.elements.map(({ name }) => name.text));
  const declarations = declarationsOf(emitted);
  const names = reachable(declarations, exported);
  const texts = [...declarations].flatMap(([name, [statement, ...others]]) => {
    if (names.has(name) && others.length > 0) {
      throw new Error(`${name} is declared more than once`);
    }
    return names.has(name) ? [withoutExport(statement)] : [];
  });
  return `${texts.join("\n\n")}\n\nexport { ${exported.join(", ")} };\n`;
}

//! Reads from the sources of the steps what the state machine has to agree with, without building them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::{Fields, FnArg, Item, ReturnType, Type};

use crate::Fallible;
use crate::serde_names::{Style, is_set, text_of};
use crate::syntax::{
    argument, called_with, constant, delegates, imports, last, method, methods, texts, texts_of_constant,
};

/// What a step takes, gives and names, as its sources have it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step {
    /// Folder under `functions`.
    pub(crate) name: String,
    /// First part of its errors' names, as `main.rs` gives it to `runtime::serve`.
    pub(crate) served: String,
    /// `Named::REASONS`.
    pub(crate) reasons: BTreeSet<String>,
    /// Every text that `Named::reason` can answer.
    pub(crate) answered: BTreeSet<String>,
    /// Fields of the input, each with whether it has to be there.
    pub(crate) input: BTreeMap<String, bool>,
    /// Fields of the output, each with the values it can have where it is an enum.
    pub(crate) output: BTreeMap<String, BTreeSet<String>>,
}

/// All that Rust has a say in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rust {
    /// The steps by name.
    pub(crate) steps: BTreeMap<String, Step>,
    /// Reason of an input that no step can read.
    pub(crate) bad_input: String,
    /// Names of the runner's errors.
    pub(crate) runner: BTreeSet<String>,
}

impl Rust {
    /// Reads every step under `root/functions`.
    pub(crate) fn read(root: &Path) -> Fallible<Self> {
        let functions = root.join("functions");
        let libs = functions.join("libs");
        let shell = parse(&libs.join("runtime/src/serve.rs"))?;
        let bad_input = constant(&shell, "BAD_INPUT").ok_or("runtime/src/serve.rs has no BAD_INPUT")?;
        let cloud = parse(&libs.join("aws/src/error.rs"))?;
        let cloud = method(&cloud, "Error", "reason").map(|body| texts(&body)).ok_or("aws::Error has no reason()")?;
        let domain = parse_all(&libs.join("domain/src"))?;
        let mut steps = BTreeMap::new();
        for entry in std::fs::read_dir(&functions)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name != "libs" && functions.join(&name).join("Cargo.toml").is_file() {
                let own = parse_all(&functions.join(&name).join("src"))?;
                steps.insert(name.clone(), read_step(&name, &own, &domain, &cloud)?);
            }
        }
        Ok(Self { steps, bad_input, runner: runner_errors(&root.join("infra/runner/src"))? })
    }
}

/// The texts that a method `name` of an error of the runner answers.
fn runner_errors(sources: &Path) -> Fallible<BTreeSet<String>> {
    let all = parse_all(sources)?;
    let named = all.iter().flat_map(|source| methods(&source.file)).filter(|(_, method)| method.sig.ident == "name");
    let texts = named.flat_map(|(_, method)| texts(&method.block)).filter(|text| text.starts_with("Runner."));
    let found: BTreeSet<String> = texts.collect();
    if found.is_empty() { Err("the runner names no errors".into()) } else { Ok(found) }
}

/// One source file.
struct Source {
    /// Path below its crate's `src`.
    path: String,
    file: syn::File,
}

fn read_step(name: &str, own: &[Source], domain: &[Source], cloud: &BTreeSet<String>) -> Fallible<Step> {
    let library = &own.iter().find(|source| source.path == "lib.rs").ok_or(format!("{name} has no lib.rs"))?.file;
    let main = &own.iter().find(|source| source.path == "main.rs").ok_or(format!("{name} has no main.rs"))?.file;
    let served = called_with(main, "serve");
    let [served] = served.as_slice() else { return Err(format!("{name} does not serve one step").into()) };
    let (input, output) = signature(library).ok_or(format!("{name} has no `run` with an input and a Result"))?;
    let reason = method(library, "Error", "reason").ok_or(format!("{name} names no errors"))?;
    let mut answered = texts(&reason);
    if delegates(&reason) {
        answered.extend(cloud.iter().cloned());
    }
    Ok(Step {
        name: name.to_owned(),
        served: served.clone(),
        reasons: texts_of_constant(library, "REASONS"),
        answered,
        input: input_fields(own, &input)?,
        output: output_fields(own, domain, &output)?,
    })
}

/// The types of `run`'s second argument and of its success.
fn signature(file: &syn::File) -> Option<(Type, Type)> {
    let run = methods(file).find(|(_, method)| method.sig.ident == "run" && method.sig.asyncness.is_some())?.1;
    let FnArg::Typed(input) = run.sig.inputs.iter().nth(1)? else { return None };
    let ReturnType::Type(_, output) = &run.sig.output else { return None };
    Some(((*input.ty).clone(), argument(output)?.clone()))
}

/// Fields of an input: of a struct, or of every local variant of an untagged enum, where none of them is required by all.
fn input_fields(own: &[Source], input: &Type) -> Fallible<BTreeMap<String, bool>> {
    match find(own, input) {
        Some(Item::Struct(found)) => Ok(fields(&Style::of(&found.attrs), &found.fields, own)),
        Some(Item::Enum(found)) => {
            let mut all = BTreeMap::new();
            for variant in &found.variants {
                let inner = variant.fields.iter().next().map(|field| field.ty.clone());
                if let Some(Item::Struct(inner)) = inner.and_then(|inner| find(own, &inner)) {
                    all.extend(fields(&Style::of(&inner.attrs), &inner.fields, own));
                }
            }
            Ok(all)
        }
        // A foreign type: an event of EventBridge, which no state passes.
        _ => Ok(BTreeMap::new()),
    }
}

fn fields(style: &Style, fields: &Fields, own: &[Source]) -> BTreeMap<String, bool> {
    let mut all = BTreeMap::new();
    for field in fields {
        if is_set(&field.attrs, "flatten") {
            if let Some(Item::Struct(inner)) = find(own, &field.ty) {
                all.extend(self::fields(&Style::of(&inner.attrs), &inner.fields, own));
            }
            continue;
        }
        let required = !is_set(&field.attrs, "default") && last(&field.ty).is_none_or(|name| name != "Option");
        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        all.insert(style.field(&name, &field.attrs), required);
    }
    all
}

fn output_fields(own: &[Source], domain: &[Source], output: &Type) -> Fallible<BTreeMap<String, BTreeSet<String>>> {
    match find(own, output).or_else(|| find(domain, output)) {
        Some(Item::Struct(found)) => {
            let style = Style::of(&found.attrs);
            let named = found.fields.iter().filter_map(|field| Some((field.ident.as_ref()?.to_string(), field)));
            Ok(named.map(|(name, field)| (style.field(&name, &field.attrs), values(own, domain, &field.ty))).collect())
        }
        Some(Item::Enum(found)) => {
            let tag = text_of(&found.attrs, "tag").ok_or("an output that is an enum has no tag")?;
            let variants = variants(&found);
            let mut all = BTreeMap::from([(tag, variants)]);
            for field in found.variants.iter().flat_map(|variant| &variant.fields) {
                let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                all.insert(name, values(own, domain, &field.ty));
            }
            Ok(all)
        }
        _ => Err("an output is neither a struct nor an enum of ours".into()),
    }
}

/// The values of an enum without fields, found in the step or, by the module that it is imported from, in `domain`.
fn values(own: &[Source], domain: &[Source], kind: &Type) -> BTreeSet<String> {
    let Some(name) = last(kind) else { return BTreeSet::new() };
    let module = own.iter().find_map(|source| imported_from(&source.file, &name));
    let near: Vec<&Source> =
        domain.iter().filter(|source| module.as_ref().is_none_or(|module| source.path.starts_with(module))).collect();
    match find(own, kind).or_else(|| near.into_iter().find_map(|source| find(std::slice::from_ref(source), kind))) {
        Some(Item::Enum(found)) if found.variants.iter().all(|variant| variant.fields.is_empty()) => variants(&found),
        _ => BTreeSet::new(),
    }
}

fn variants(found: &syn::ItemEnum) -> BTreeSet<String> {
    let style = Style::of(&found.attrs);
    found.variants.iter().map(|variant| style.variant(&variant.ident.to_string(), &variant.attrs)).collect()
}

/// The module of `domain` from which `name` is imported, as the path of its source without the ending.
fn imported_from(file: &syn::File, name: &str) -> Option<String> {
    let path = imports(file).into_iter().find(|path| {
        path.first().is_some_and(|first| first == "domain") && path.last().is_some_and(|last| last == name)
    })?;
    let modules = path.get(1..path.len() - 1).filter(|modules| !modules.is_empty());
    modules.map(|modules| modules.join("/"))
}

fn find(sources: &[Source], kind: &Type) -> Option<Item> {
    let name = last(kind)?;
    let mut items = sources.iter().flat_map(|source| &source.file.items);
    let found = items.find(|item| match item {
        Item::Struct(item) => item.ident == name,
        Item::Enum(item) => item.ident == name,
        _ => false,
    });
    found.cloned()
}

fn parse(path: &Path) -> Fallible<syn::File> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("failed to read {}: {error}", path.display()))?;
    Ok(syn::parse_file(&text).map_err(|error| format!("failed to parse {}: {error}", path.display()))?)
}

fn parse_all(folder: &Path) -> Fallible<Vec<Source>> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                sources.push(Source { path: below, file: parse(&path)? });
            }
        }
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(library: &str) -> Fallible<Step> {
        let main = r#"fn main() { runtime::serve("Plan", |input| step.run(input)) }"#;
        let source = |path: &str, text: &str| -> Fallible<Source> {
            Ok(Source { path: path.to_owned(), file: syn::parse_file(text)? })
        };
        let own = [source("lib.rs", library)?, source("main.rs", main)?];
        let domain =
            [source("run/fleet.rs", r#"#[serde(rename_all = "snake_case")] pub enum Next { Ready, NotYet }"#)?];
        read_step("plan", &own, &domain, &BTreeSet::from(["Unavailable".to_owned()]))
    }

    #[test]
    fn a_step_is_read_from_its_source() -> Fallible<()> {
        let read = step(
            r#"
            use domain::run::fleet::Next;
            #[serde(rename_all = "camelCase")]
            pub struct Input { pub run: String, pub in_round: u32, #[serde(default)] pub waits: u32, pub error: Option<String> }
            pub struct Output { pub next: Next, #[serde(rename = "left")] pub rest: usize }
            impl runtime::Named for Error {
                const REASONS: &'static [&'static str] = &["UnknownRun", "Unavailable"];
                fn reason(&self) -> &'static str {
                    match self { Self::UnknownRun(_) => "UnknownRun", Self::Aws(error) => error.reason() }
                }
            }
            impl Plan { pub async fn run(&self, input: Input, now: i64) -> Result<Output, Error> { todo() } }
            "#,
        )?;
        let required: Vec<_> = read.input.iter().map(|(name, required)| (name.as_str(), *required)).collect();
        assert_eq!(required, [("error", false), ("inRound", true), ("run", true), ("waits", false)]);
        assert_eq!(read.output.keys().collect::<Vec<_>>(), ["left", "next"]);
        assert_eq!(read.output["next"], BTreeSet::from(["ready".to_owned(), "not_yet".to_owned()]));
        assert_eq!(read.reasons, read.answered);
        assert_eq!(read.served, "Plan");
        Ok(())
    }

    #[test]
    fn an_untagged_input_has_the_fields_of_all_its_structs() -> Fallible<()> {
        let read = step(
            r#"
            #[serde(untagged)]
            pub enum Input { Event(EventBridgeEvent<Ended>), Request(Request) }
            pub struct Request { pub run: String, #[serde(default)] pub environment: Option<String> }
            #[serde(tag = "next", rename_all = "snake_case")]
            pub enum Output { Run { shard: String }, Wait }
            impl Named for Error { fn reason(&self) -> &'static str { "Refused" } }
            impl Plan { pub async fn run(&self, input: Input) -> Result<Output, Error> { todo() } }
            "#,
        )?;
        assert_eq!(read.input, BTreeMap::from([("run".to_owned(), true), ("environment".to_owned(), false)]));
        assert_eq!(read.output["next"], BTreeSet::from(["run".to_owned(), "wait".to_owned()]));
        assert!(read.output["shard"].is_empty());
        Ok(())
    }
}

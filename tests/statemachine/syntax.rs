//! Looks things up in parsed Rust.

use std::collections::BTreeSet;

use syn::visit::Visit;
use syn::{Expr, GenericArgument, ImplItem, Item, Lit, PathArguments, Type};

/// Text of a constant.
pub(crate) fn constant(file: &syn::File, name: &str) -> Option<String> {
    file.items.iter().find_map(|item| match item {
        Item::Const(item) if item.ident == name => text(&item.expr),
        _ => None,
    })
}

fn impls(file: &syn::File) -> impl Iterator<Item = &syn::ItemImpl> {
    file.items.iter().filter_map(|item| if let Item::Impl(found) = item { Some(found) } else { None })
}

/// Every method, with what it is written for.
pub(crate) fn methods(file: &syn::File) -> impl Iterator<Item = (&syn::ItemImpl, &syn::ImplItemFn)> {
    impls(file).flat_map(|found| {
        found
            .items
            .iter()
            .filter_map(move |item| if let ImplItem::Fn(method) = item { Some((found, method)) } else { None })
    })
}

/// Body of the method `name` of the type `of`.
pub(crate) fn method(file: &syn::File, of: &str, name: &str) -> Option<syn::Block> {
    let is_it = |(found, method): &(&syn::ItemImpl, &syn::ImplItemFn)| {
        method.sig.ident == name && last(&found.self_ty).is_some_and(|owner| owner == of)
    };
    methods(file).find(is_it).map(|(_, method)| method.block.clone())
}

/// Last name of a type's path.
pub(crate) fn last(kind: &Type) -> Option<String> {
    let Type::Path(path) = kind else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}

/// First argument of a generic type.
pub(crate) fn argument(kind: &Type) -> Option<&Type> {
    let Type::Path(path) = kind else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments
        .args
        .iter()
        .find_map(|argument| if let GenericArgument::Type(kind) = argument { Some(kind) } else { None })
}

fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// Every text in a body.
pub(crate) fn texts(body: &syn::Block) -> BTreeSet<String> {
    let mut found = Texts::default();
    found.visit_block(body);
    found.texts
}

/// Every text in the constant `name` that an `impl` has.
pub(crate) fn texts_of_constant(file: &syn::File, name: &str) -> BTreeSet<String> {
    let mut found = Texts::default();
    for item in impls(file).flat_map(|found| &found.items) {
        if let ImplItem::Const(item) = item
            && item.ident == name
        {
            found.visit_expr(&item.expr);
        }
    }
    found.texts
}

/// First arguments of the calls of a function named `function`, where they are texts.
pub(crate) fn called_with(file: &syn::File, function: &str) -> Vec<String> {
    let mut calls = Calls { function, texts: Vec::new() };
    calls.visit_file(file);
    calls.texts
}

/// Every path of a file's `use` items, written out.
pub(crate) fn imports(file: &syn::File) -> Vec<Vec<String>> {
    let mut uses = Uses::default();
    uses.visit_file(file);
    uses.paths
}

/// Whether a body asks another error for its reason.
pub(crate) fn delegates(body: &syn::Block) -> bool {
    let mut found = Texts::default();
    found.visit_block(body);
    found.delegates
}

#[derive(Default)]
struct Texts {
    texts: BTreeSet<String>,
    delegates: bool,
}

impl Visit<'_> for Texts {
    fn visit_lit_str(&mut self, literal: &syn::LitStr) {
        self.texts.insert(literal.value());
    }

    fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
        self.delegates |= call.method == "reason";
        syn::visit::visit_expr_method_call(self, call);
    }
}

struct Calls<'a> {
    function: &'a str,
    texts: Vec<String>,
}

impl Visit<'_> for Calls<'_> {
    fn visit_expr_call(&mut self, call: &syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && path.path.segments.last().is_some_and(|segment| segment.ident == self.function)
        {
            self.texts.extend(call.args.first().and_then(text));
        }
        syn::visit::visit_expr_call(self, call);
    }
}

#[derive(Default)]
struct Uses {
    paths: Vec<Vec<String>>,
    prefix: Vec<String>,
}

impl Visit<'_> for Uses {
    fn visit_use_path(&mut self, path: &syn::UsePath) {
        self.prefix.push(path.ident.to_string());
        syn::visit::visit_use_path(self, path);
        self.prefix.pop();
    }

    fn visit_use_name(&mut self, name: &syn::UseName) {
        let mut path = self.prefix.clone();
        path.push(name.ident.to_string());
        self.paths.push(path);
    }
}

//! Random charts from a typed grammar: most templates run far, some on purpose do not.

use std::collections::BTreeMap;

use super::case::Case;
use super::damage;
use super::literals::{self, literal};
use super::random::Random;
use super::signatures;

/// What the chart's values hold, by path.
const VALUES: &[(&str, &str)] = &[
    ("s1", "Str"),
    ("s2", "Str"),
    ("n1", "Float"),
    ("n2", "Float"),
    ("b1", "Bool"),
    ("nil1", "Nil"),
    ("l1", "List"),
    ("l2", "Strs"),
    ("d1", "Dict"),
    ("d2", "Dict"),
];
/// Kinds that an ill-typed or an untyped place gets. No `Int`: in place of a count it could take all memory.
const ANY: &[&str] = &["Str", "Str", "Float", "Bool", "Nil", "List", "Dict", "Small", "Strs", "Ints"];
/// Kinds whose places are never given anything else: counts, what must not hold itself, what would ask the clock.
const STRICT: &[&str] = &["Moment", "Fresh", "Plain", "Name", "Root", "Template", "Date"];

/// A random chart.
pub fn case(random: &mut Random) -> Case {
    let mut values = String::new();
    for (name, kind) in VALUES {
        values.push_str(&format!("{name}: {}\n", literals::value(random, kind, 2)));
    }
    if random.percent(6) {
        values.push_str("y:\n");
        let yaml = literals::yaml(random);
        values.extend(yaml.lines().map(|line| format!("  {line}\n")));
    }
    let mut names: Vec<String> = Vec::new();
    let mut templates = BTreeMap::new();
    for file in [["templates/_a.tpl", "templates/b/_b.tpl"], ["templates/_z.tpl", "templates/deep/er/_c.txt"]] {
        if random.percent(25) {
            let mut text = String::new();
            // Twice in one file is an error of the parser, in two files the last one wins.
            let again = random.percent(5);
            for _ in 0..=random.below(2) {
                let name = random.pick(&["one", "two", "three", "t.four"]).to_owned();
                if text.contains(&format!("\"{name}\"")) && !again {
                    continue;
                }
                let mut writer = Writer::new(random, &names, false);
                let body = writer.block(2);
                let opening = writer.action(&format!("define \"{name}\""));
                text.push_str(&format!("{opening}{body}{}{}", writer.action("end"), writer.random.pick(&["", "\n", " x"])));
                names.push(name);
            }
            templates.insert(random.pick(&file).to_owned(), text);
        }
    }
    let statements = 1 + random.below(4);
    let mut writer = Writer::new(random, &names, true);
    let mut text: String = (0..statements).map(|_| writer.statement(3)).collect();
    if random.percent(12) {
        text = damage::damaged(random, &text);
    }
    if random.percent(3) {
        text = literals::with_raw_bytes(random, &text);
    }
    templates.insert("templates/NOTES.txt".to_owned(), text);
    let files = [("conf/a.txt", "one\ntwo\r\n\nthree"), ("conf/b.txt", "é: {{ 1 }}\n"), ("empty", ""), ("data.bin", "\u{0}\u{1}\n")];
    let uses_files = templates.values().any(|text| text.contains(".Files"));
    let mut files: BTreeMap<String, String> =
        files.iter().filter(|_| uses_files).map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    if random.percent(15) {
        subchart(random, &mut values, &mut templates, &mut files);
    }
    let mut user = String::new();
    if random.percent(10) {
        user = if random.percent(20) { literals::yaml(random) } else { user_values(random) };
    }
    let settings = if random.percent(10) { 1 + random.below(3) } else { 0 };
    let set = (0..settings).map(|_| literals::setting(random)).collect();
    Case { values, templates, files, user, set }
}

/// What a user's file puts over the chart's values.
fn user_values(random: &mut Random) -> String {
    let mut values = String::new();
    for name in ["s1", "n1", "nil1", "l1", "d1", "d2", "sub", "global", "y"] {
        if random.percent(35) {
            let kind = random.pick(&["Str", "Float", "Nil", "List", "Dict", "Dict"]);
            values.push_str(&format!("{name}: {}\n", literals::value(random, kind, 2)));
        }
    }
    values
}

/// A subchart, seen through a template of its own and through its part of the parent's values.
fn subchart(random: &mut Random, values: &mut String, templates: &mut BTreeMap<String, String>, files: &mut BTreeMap<String, String>) {
    let mut metadata = "apiVersion: v2\nname: sub\nversion: 1.0.0\n".to_owned();
    metadata.push_str(random.pick(&["", "", "appVersion: \"2\"\n", "type: library\n", "keywords: [a]\n"]));
    files.insert("charts/sub/Chart.yaml".to_owned(), metadata);
    let mut own = String::new();
    for (name, kind) in VALUES.iter().chain(&[("global", "Dict")]) {
        if random.percent(50) {
            let kind = if random.percent(15) { random.pick(ANY) } else { *kind };
            own.push_str(&format!("{name}: {}\n", literals::value(random, plain(kind), 2)));
        }
    }
    files.insert("charts/sub/values.yaml".to_owned(), own);
    for (name, chances) in [("sub", 50), ("global", 40)] {
        if random.percent(chances) {
            let kind = if random.percent(15) { random.pick(&["Nil", "Str", "Float", "List"]) } else { "Dict" };
            values.push_str(&format!("{name}: {}\n", literals::value(random, kind, 2)));
        }
    }
    if random.percent(30) {
        files.insert("charts/sub/conf/s.txt".to_owned(), "in sub\n".to_owned());
    }
    let names = ["one".to_owned(), "two".to_owned()];
    let mut writer = Writer::new(random, &names[..0], true);
    let body = writer.block(2);
    // a name of the parent's too: which one wins depends on the files' order
    let name = random.pick(&["one", "two", "three", "sub.view", "sub.view"]);
    let text = format!("{{{{ define \"{name}\" }}}}{body}{{{{ end }}}}");
    templates.insert(random.pick(&["charts/sub/templates/_s.tpl", "charts/sub/templates/z.yaml"]).to_owned(), text);
    let view = random.pick(&[
        "{{ toJson .Subcharts.sub.Values }}{{ .Subcharts.sub.Chart.Name }}",
        "{{ toJson .Values.sub }}{{ toYaml .Values.global }}",
        "{{ include \"sub.view\" .Subcharts.sub }}",
        "{{ with .Subcharts.sub }}{{ template \"one\" . }}{{ end }}",
        "{{ .Subcharts.sub.Files.Get \"conf/s.txt\" }}{{ .Files.Get \"charts/sub/conf/s.txt\" }}{{ .Subcharts.sub.Template.Name }}",
        "{{ range $k, $v := .Subcharts }}{{ $k }}{{ $v.Chart.Version }}{{ $v.Values | toJson }}{{ keys $v | sortAlpha }}{{ end }}",
        "{{ set .Subcharts.sub.Values \"k\" 1 | toJson }}{{ .Values.sub | toJson }}{{ set .Values.global \"g\" 2 }}{{ .Subcharts.sub.Values | toJson }}",
        "{{ tpl \"{{ .Values | toJson }}{{ .Chart.Name }}{{ .Template.BasePath }}\" .Subcharts.sub }}",
    ]);
    if let Some(main) = templates.get_mut("templates/NOTES.txt") {
        main.push_str(view);
    }
}

/// The kind of value that stands in a values file for a kind of the grammar.
fn plain(kind: &str) -> &str {
    match kind {
        "Small" => "Float",
        "Ints" => "List",
        other => other,
    }
}

/// Writes one template.
struct Writer<'r> {
    random: &'r mut Random,
    /// Templates that can be called without a circle.
    names: Vec<String>,
    /// Variables in scope, with their kinds.
    variables: Vec<(String, &'static str)>,
    /// How many there were.
    named: usize,
    /// How many loops stand around.
    loops: usize,
    /// Whether `$` is the root.
    root: bool,
    /// What the dot is.
    dot: &'static str,
    /// Chances in a hundred that a place gets what does not belong there.
    ill: u32,
    /// How much may still be written.
    fuel: usize,
}

impl<'r> Writer<'r> {
    fn new(random: &'r mut Random, names: &[String], root: bool) -> Self {
        let ill = [0, 0, 0, 1, 1, 3, 10, 30][random.below(8)];
        let dot = if root { "Root" } else { "Unknown" };
        Writer { random, names: names.to_vec(), variables: Vec::new(), named: 0, loops: 0, root, dot, ill, fuel: 60 }
    }

    fn action(&mut self, inside: &str) -> String {
        let left = *self.random.pick(&[&"{{ ", &"{{ ", &"{{ ", &"{{- ", &"{{", &"{{-\n"]);
        let right = *self.random.pick(&[&" }}", &" }}", &" }}", &" -}}", &"}}", &"\n}}", &"\n-}}"]);
        // `}}}` and `{{{` would be read otherwise.
        let (left, right) = if left == "{{" && inside.starts_with('{') { ("{{ ", right) } else { (left, right) };
        format!("{left}{inside}{right}")
    }

    fn text(&mut self) -> String {
        self.random
            .pick(&["", "a", "\n", " b ", "\n  c: ", "é日", "- x\n", "\t", "}}", "{ ", "# {\n", "\r\n", " \n\n ", "\"", "<no value>"])
            .to_owned()
    }

    /// A list of statements in a scope of its own.
    fn block(&mut self, depth: usize) -> String {
        let (scope, dot) = (self.variables.len(), self.dot);
        let count = if depth == 0 { 1 } else { 1 + self.random.below(3) };
        let body: String = (0..count).map(|_| self.statement(depth.saturating_sub(1))).collect();
        self.variables.truncate(scope);
        self.dot = dot;
        body
    }

    fn statement(&mut self, depth: usize) -> String {
        self.fuel = self.fuel.saturating_sub(1);
        let text = self.text();
        let choice = if depth == 0 || self.fuel == 0 { self.random.below(62) } else { self.random.below(100) };
        let made = match choice {
            0..30 => {
                let pipeline = self.any_pipeline();
                self.action(&pipeline)
            }
            30..42 => self.declaration(),
            42..46 => self.assignment(),
            46..54 => self.mutation(),
            54..57 => self.call_of_template(),
            57..59 => self.random.pick(&["{{/* c */}}", "{{- /* a\nb */ -}}", "{{/* {{ */}}"]).to_owned(),
            59..62 => {
                let kind = self.random.pick(ANY);
                let shown = self.operand(kind, 2);
                let show = *self.random.pick(&[&"toJson", &"toYaml", &"printf \"%#v\"", &"printf \"%T %v\"", &"quote"]);
                let show = if show.contains("%T") { format!("{show} {shown}") } else { show.to_owned() };
                self.action(&format!("{show} {shown}"))
            }
            62..74 => self.branch(depth),
            74..82 => self.with(depth),
            82..96 => self.range(depth),
            96..98 => self.definition(depth),
            _ => {
                let argument = self.context();
                let root = self.root;
                self.root &= argument == "$";
                let dot = std::mem::replace(&mut self.dot, "Unknown");
                let body = self.block(depth);
                (self.root, self.dot) = (root, dot);
                self.named += 1;
                let name = if self.random.percent(10) { "blk".to_owned() } else { format!("blk{}", self.named) };
                let opening = self.action(&format!("block \"{name}\" {argument}"));
                format!("{opening}{body}{}", self.action("end"))
            }
        };
        format!("{text}{made}")
    }

    fn definition(&mut self, depth: usize) -> String {
        // Inside another construct this is an error of the parser, which is worth a little.
        if depth < 3 && !self.random.percent(10) {
            return self.text();
        }
        let outer = (std::mem::take(&mut self.variables), self.dot, self.root, self.loops);
        (self.dot, self.root, self.loops) = ("Unknown", false, 0);
        let body = self.block(depth);
        (self.variables, self.dot, self.root, self.loops) = outer;
        let name = self.random.pick(&["one", "two", "own"]);
        let opening = self.action(&format!("define \"{name}\""));
        format!("{opening}{body}{}", self.action("end"))
    }

    fn branch(&mut self, depth: usize) -> String {
        let mut text = String::new();
        let condition = self.control();
        text += &self.action(&format!("if {condition}"));
        text += &self.block(depth);
        while self.random.percent(25) {
            let condition = self.control();
            text += &self.action(&format!("else if {condition}"));
            text += &self.block(depth);
        }
        if self.random.percent(40) {
            text += &self.action("else");
            text += &self.block(depth);
        }
        text + &self.action("end")
    }

    /// What an `if` or a `with` looks at, with or without a variable.
    fn control(&mut self) -> String {
        let kind = self.random.pick(&["Bool", "Bool", "Any", "Str", "List"]);
        let pipeline = self.pipeline(kind, 2);
        if self.random.percent(15) {
            let name = self.new_variable(kind);
            return format!("{name} := {pipeline}");
        }
        pipeline
    }

    fn with(&mut self, depth: usize) -> String {
        let kind = self.random.pick(&["Dict", "Str", "List", "Any"]);
        let pipeline = self.pipeline(kind, 2);
        let mut text = self.action(&format!("with {pipeline}"));
        let dot = std::mem::replace(&mut self.dot, kind);
        text += &self.block(depth);
        self.dot = dot;
        if self.random.percent(20) {
            let other = self.pipeline("Any", 2);
            text += &self.action(&format!("else with {other}"));
            let dot = std::mem::replace(&mut self.dot, "Any");
            text += &self.block(depth);
            self.dot = dot;
        }
        if self.random.percent(30) {
            text += &self.action("else");
            text += &self.block(depth);
        }
        text + &self.action("end")
    }

    fn range(&mut self, depth: usize) -> String {
        let (kind, item) =
            *self.random.pick(&[&("List", "Any"), &("Dict", "Any"), &("Small", "Small"), &("Strs", "Str"), &("Ints", "Small")]);
        let over = if self.random.percent(self.ill) { self.pipeline("Str", 1) } else { self.pipeline(kind, 2) };
        let scope = self.variables.len();
        let head = match self.random.below(6) {
            0 => format!("{} := {over}", self.new_variable(item)),
            1 | 2 => {
                let key = self.new_variable(if kind == "Dict" { "Str" } else { "Small" });
                format!("{key}, {} := {over}", self.new_variable(item))
            }
            3 => match self.visible().into_iter().find(|(_, kind)| *kind == "Any" || *kind == item) {
                Some((name, _)) => format!("{name} = {over}"),
                None => over,
            },
            _ => over,
        };
        let mut text = self.action(&format!("range {head}"));
        let dot = std::mem::replace(&mut self.dot, item);
        self.loops += 1;
        text += &self.block(depth);
        if self.random.percent(20) {
            let condition = self.pipeline("Bool", 1);
            let leave = self.random.pick(&["break", "continue"]);
            text += &format!("{}{}{}", self.action(&format!("if {condition}")), self.action(leave), self.action("end"));
            text += &self.text();
        }
        self.loops -= 1;
        self.dot = dot;
        self.variables.truncate(scope);
        if self.random.percent(25) {
            text += &self.action("else");
            text += &self.block(depth);
        }
        text + &self.action("end")
    }

    fn new_variable(&mut self, kind: &'static str) -> String {
        self.named += 1;
        // Now and then a name that is there already: the inner one hides it.
        let name = if self.random.percent(15) { "$v".to_owned() } else { format!("$v{}", self.named) };
        self.variables.push((name.clone(), kind));
        name
    }

    /// The variables that no inner one of the same name hides.
    fn visible(&self) -> Vec<(String, &'static str)> {
        let hidden = |at: usize| self.variables[at + 1..].iter().any(|(name, _)| *name == self.variables[at].0);
        (0..self.variables.len()).filter(|at| !hidden(*at)).map(|at| self.variables[at].clone()).collect()
    }

    fn declaration(&mut self) -> String {
        let kind = self.random.pick(&["Str", "Small", "Int", "Float", "Bool", "List", "Dict", "Dict", "Any", "Date", "Strs", "Fresh"]);
        let pipeline = if kind == "Fresh" { self.fresh() } else { self.pipeline(kind, 3) };
        let name = self.new_variable(kind);
        self.action(&format!("{name} := {pipeline}"))
    }

    fn assignment(&mut self) -> String {
        let visible = self.visible();
        if visible.is_empty() {
            return self.text();
        }
        let (name, kind) = visible[self.random.below(visible.len())].clone();
        let pipeline = if kind == "Fresh" { self.fresh() } else { self.pipeline(kind, 2) };
        self.action(&format!("{name} = {pipeline}"))
    }

    /// Changes a map or makes a longer list, so that who shares it shows.
    fn mutation(&mut self) -> String {
        let fresh: Vec<String> = self.visible().into_iter().filter(|(_, kind)| *kind == "Fresh").map(|(name, _)| name).collect();
        let target = match fresh.len() {
            0 => format!("{}Values.d{}", if self.root { "$." } else { "." }, 1 + self.random.below(2)),
            count => fresh[self.random.below(count)].clone(),
        };
        let (key, plain) = (self.operand("Key", 1), self.operand("Plain", 1));
        let fresh = self.operand("Fresh", 1);
        let call = match self.random.below(6) {
            0 | 1 => format!("set {target} {key} {plain}"),
            2 => format!("unset {target} {key}"),
            3 => format!("merge {target} {fresh}"),
            4 => format!("mergeOverwrite {target} {fresh}"),
            _ => format!("set {target} {key} (append (list {plain}) {plain})"),
        };
        let call = self.action(&format!("$_ := {call}"));
        format!("{call}{}", self.action(&format!("toJson {target}")))
    }

    fn call_of_template(&mut self) -> String {
        if self.loops > 1 || (self.names.is_empty() && !self.random.percent(3)) {
            return self.text();
        }
        let name = self.name();
        let argument = self.context();
        self.action(&format!("template {name} {argument}"))
    }

    fn name(&mut self) -> String {
        if self.names.is_empty() || self.random.percent(4) {
            return "\"nope\"".to_owned();
        }
        format!("\"{}\"", self.names[self.random.below(self.names.len())])
    }

    /// What templates are called with.
    fn context(&mut self) -> String {
        match self.random.below(5) {
            0 => self.operand("Any", 1),
            1 if self.root => "$".to_owned(),
            2 => "$".to_owned(),
            _ => ".".to_owned(),
        }
    }

    fn any_pipeline(&mut self) -> String {
        let kind = self.random.pick(&["Str", "Str", "Int", "Float", "Bool", "List", "Dict", "Any", "Strs", "Small"]);
        self.pipeline(kind, 3)
    }

    /// What stands in an action: a call, a pipe or an operand, not in parentheses.
    fn pipeline(&mut self, kind: &'static str, depth: usize) -> String {
        let kind = match self.wanted(kind) {
            // A `nil` alone is an error.
            "Nil" if self.random.percent(95) => "Str",
            kind => kind,
        };
        if depth > 0
            && self.random.percent(75)
            && let Some(call) = self.call(kind, depth)
        {
            return call;
        }
        self.operand(kind, depth)
    }

    /// The kind, or another one in its place.
    fn wanted(&mut self, kind: &'static str) -> &'static str {
        if STRICT.contains(&kind) || !self.random.percent(self.ill) { kind } else { self.random.pick(ANY) }
    }

    /// What can stand as an argument.
    fn operand(&mut self, kind: &'static str, depth: usize) -> String {
        let kind = self.wanted(kind);
        if self.random.percent(85)
            && let Some(good) = literals::good(self.random, kind)
        {
            return good;
        }
        let kind = match kind {
            "Any" if self.random.percent(4) => return self.object(),
            "Any" if self.random.percent(10) => match self.found("Any") {
                Some(found) => return found,
                None => "Str",
            },
            "Any" => self.random.pick(&["Str", "Str", "Int", "Float", "Bool", "Nil", "List", "Dict", "Small", "Strs", "Date", "Ints"]),
            "Shown" => self.random.pick(&["Str", "Int", "Float", "Bool", "Nil", "List", "Dict", "Small"]),
            "Plain" => {
                let kind = self.random.pick(&["Str", "Int", "Float", "Bool", "Nil"]);
                return self.constant(kind);
            }
            "Num" => self.random.pick(&["Int", "Float", "Small", "Str", "Small"]),
            "Moment" if self.random.percent(40) => return self.constant("Int"),
            "Moment" => "Date",
            "Span" => self.random.pick(&["DurText", "DurText", "Int", "Float"]),
            other => other,
        };
        match kind {
            "Fresh" => return self.fresh(),
            "Name" => return if self.loops > 1 { "\"nope\"".to_owned() } else { self.name() },
            "Root" => return self.context(),
            "Template" => return self.inner_template(),
            _ => {}
        }
        let choice = self.random.below(100);
        if choice < 30
            && let Some(found) = self.found(kind)
        {
            return found;
        }
        if depth > 0
            && (choice < 65 || matches!(kind, "Date" | "Ints"))
            && let Some(call) = self.call(kind, depth - 1)
        {
            let chain = if matches!(kind, "Any" | "Dict") && self.random.percent(8) { ".a" } else { "" };
            return format!("({call}){chain}");
        }
        self.constant(kind)
    }

    fn constant(&mut self, kind: &'static str) -> String {
        if let Some(literal) = literal(self.random, kind) {
            return literal;
        }
        match kind {
            "List" => {
                let items: Vec<String> = (0..self.random.below(4)).map(|_| self.operand("Any", 0)).collect();
                format!("(list {})", items.join(" "))
            }
            "Strs" => format!("(list {} {})", self.operand("Str", 0), self.operand("Str", 0)),
            "Ints" => format!("(until {})", self.operand("Small", 0)),
            "Date" => "(toDate \"2006-01-02T15:04:05Z07:00\" \"2024-02-29T13:04:05+08:00\")".to_owned(),
            _ => format!("(dict {} {})", self.operand("Key", 0), self.operand("Plain", 0)),
        }
    }

    /// A map that nothing else holds, so that it can never come to hold itself.
    fn fresh(&mut self) -> String {
        match self.random.below(4) {
            0 => "(dict)".to_owned(),
            1 => format!(
                "(dict {} {} {} (dict {} {}))",
                self.operand("Key", 0),
                self.operand("Plain", 0),
                self.operand("Key", 0),
                self.operand("Key", 0),
                self.operand("Plain", 0)
            ),
            2 => format!("(dict {} (list {}))", self.operand("Key", 0), self.operand("Plain", 0)),
            _ => format!("(dict {} {})", self.operand("Key", 0), self.operand("Plain", 0)),
        }
    }

    /// A variable, a field or the dot of that kind.
    fn found(&mut self, kind: &'static str) -> Option<String> {
        let fits = |have: &str| have == kind || (kind == "List" && have == "Strs") || (kind == "Dict" && have == "Fresh");
        let mut found: Vec<String> = self.visible().into_iter().filter(|(_, have)| fits(have)).map(|(name, _)| name).collect();
        let before = match (self.dot, self.root) {
            ("Root", _) => Some(*self.random.pick(&[&".", &"$."])),
            (_, true) => Some("$."),
            ("Unknown", _) => Some("."),
            _ => None,
        };
        if let Some(before) = before {
            found.extend(VALUES.iter().filter(|(_, have)| fits(have)).map(|(name, _)| format!("{before}Values.{name}")));
            match kind {
                "Str" => {
                    found.extend(["Release.Name", "Template.Name", "Chart.Name", "Template.BasePath"].map(|path| format!("{before}{path}")))
                }
                "Any" => found.extend(["Values.d1.a", "Values.d1.b", "Values.nope", "Values.y"].map(|path| format!("{before}{path}"))),
                "Float" if self.random.percent(5) => found.push(format!("{before}Values.d1.d.x")),
                "Bool" => found.push(format!("{before}Release.IsInstall")),
                "Dict" => found.extend(["Release", "Values.d1.d", "Chart"].map(|path| format!("{before}{path}"))),
                _ => {}
            }
        }
        // Where the root is printed as a whole Go shows an address; so rarely.
        if fits(self.dot) || (self.dot == "Unknown" && self.random.percent(15)) {
            found.push(".".to_owned());
        }
        (!found.is_empty()).then(|| found[self.random.below(found.len())].clone())
    }

    /// Something that is no plain value.
    fn object(&mut self) -> String {
        let before = if self.root { "$." } else { "." };
        let path = self.random.pick(&[
            "Capabilities",
            "Capabilities.KubeVersion",
            "Capabilities.KubeVersion.Major",
            "Capabilities.APIVersions",
            "Capabilities.HelmVersion",
            "Capabilities.HelmVersion.GoVersion",
            "Files",
            "Values",
            "Chart",
            "Template",
            "Release.Revision",
            "Chart.Version",
            "Subcharts",
            "Chart.IsRoot",
        ]);
        match self.random.below(8) {
            0 => "(semver \"1.2.3-a+b\")".to_owned(),
            1 => "(semver \"2.3\").Minor".to_owned(),
            2 => "(toDate \"2006\" \"2024\").Year".to_owned(),
            3 => "(mustToDuration \"90m\").Hours".to_owned(),
            4 => "(.Files.Glob \"conf/*\").AsConfig".to_owned(),
            _ => format!("{before}{path}"),
        }
    }

    /// The text of a template for `tpl`.
    fn inner_template(&mut self) -> String {
        let pipeline = self.operand("Str", 1);
        let pipeline_end = if self.random.percent(30) { "{{ template \"one\" . }}" } else { "" };
        let text = match self.random.below(12) {
            8 => format!(
                "{{{{ define \"deep\" }}}}[{{{{ . }}}}]{{{{ end }}}}{{{{ tpl \"{{{{ include \\\"deep\\\" 1 }}}}\" $ }}}}{pipeline_end}"
            ),
            9 => format!(
                "{{{{ define \"one\" }}}}A{{{{ end }}}}{{{{ tpl \"{{{{ define \\\"one\\\" }}}}B{{{{ end }}}}{{{{ include \\\"one\\\" . }}}}\" $ }}}}{{{{ include \"one\" . }}}}{pipeline_end}"
            ),
            10 => format!("{{{{ block \"bl\" {pipeline} }}}}{{{{ . | toJson }}}}{{{{ end }}}}{{{{ template \"bl\" 2 }}}}"),
            0 => format!("{{{{ define \"one\" }}}}tpl-{pipeline}{{{{ end }}}}{{{{ include \"one\" . }}}}"),
            1 => format!("{{{{ if {pipeline} }}}}{{{{ .Values.d1 }}}}"),
            2 => format!("a{{{{- range {pipeline} }}}}x{{{{ end -}}}} b"),
            3 => "{{ .Values.s1 }}{{ $.Release.Name }}".to_owned(),
            _ => format!("<{{{{ {pipeline} }}}}>"),
        };
        let text = if self.random.percent(8) { damage::damaged(self.random, &text) } else { text };
        if text.contains('`') { "\"{{ 1 }}\"".to_owned() } else { format!("`{text}`") }
    }

    /// A call that gives that kind, without parentheses; its last argument may come through a pipe.
    fn call(&mut self, kind: &'static str, depth: usize) -> Option<String> {
        self.fuel = self.fuel.checked_sub(1)?;
        if kind == "Strs" && self.random.percent(10) {
            return Some(format!("keys {} | sortAlpha", self.operand("Dict", depth)));
        }
        if kind == "Small" && self.random.percent(10) {
            return Some(format!("{} {} | len", self.random.pick(&["keys", "values"]), self.operand("Dict", depth)));
        }
        let functions = signatures::giving(kind);
        if functions.is_empty() {
            return None;
        }
        let function = &functions[self.random.below(functions.len())];
        let loops = self.loops > 1 && matches!(function.name, "tpl" | "include");
        let nothing = function.name == "include" && self.names.is_empty() && !self.random.percent(3);
        if loops || nothing {
            return None;
        }
        if function.rare && !self.random.percent(15) {
            return None;
        }
        let mut arguments = Vec::new();
        for argument in &function.arguments {
            let (kind, count) = match (argument.strip_suffix('*'), argument.strip_suffix('?')) {
                (Some(kind), _) => (kind, self.random.below(4)),
                (_, Some(kind)) => (kind, self.random.below(2)),
                _ => (*argument, 1),
            };
            for _ in 0..count {
                arguments.push(self.operand(kind, depth));
            }
        }
        if self.random.percent(self.ill / 2) && !function.arguments.iter().any(|kind| *kind == "Moment" || *kind == "Small") {
            if self.random.percent(50) {
                arguments.pop();
            } else {
                arguments.push(self.operand("Any", 0));
            }
        }
        let before = if function.name.starts_with('.') && self.root { "$" } else { "" };
        let name = format!("{before}{}", function.name);
        if !arguments.is_empty() && self.random.percent(35) {
            let last = arguments.pop().unwrap_or_default();
            let last = if self.random.percent(50) { last.strip_prefix('(').and_then(Self::unwrapped).unwrap_or(last) } else { last };
            let pipe = *self.random.pick(&[&" | ", &" | ", &"|", &" |\n "]);
            return Some([&[format!("{last}{pipe}{name}")], arguments.as_slice()].concat().join(" "));
        }
        Some([&[name], arguments.as_slice()].concat().join(" "))
    }

    /// What stood in the parentheses, where they went round the whole.
    fn unwrapped(rest: &str) -> Option<String> {
        let inside = rest.strip_suffix(')')?;
        (!inside.contains(['(', ')', '"', '`', '\''])).then(|| inside.to_owned())
    }
}

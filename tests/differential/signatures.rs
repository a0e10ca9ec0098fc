//! What the functions take and give, as the grammar sees it: one a line, result, name, arguments.
//!
//! `X*` stands for none to three of X, `X?` for one or none; `~` marks a line that is rare, since mostly it gives an error. The kinds say what an argument is *meant* to be, which is
//! narrower than Go's types: `Small` is a number that may be a count, `Regex` a text that may be a pattern.
//!
//! Left out, because an answer must depend on nothing but the case: randomness (`rand…`, `uuidv4`, `shuffle`, `gen…`,
//! `bcrypt`, `htpasswd`, `encryptAES`, and `derivePassword` for its slowness), the clock (`now`, `ago`, and dates of what
//! is no date, see `Moment`), times for `printf`, whose numeric verbs show an address (see `Shown`), and `keys` and `values` but where they are sorted or counted.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One function.
pub struct Signature {
    pub name: &'static str,
    pub arguments: Vec<&'static str>,
    pub rare: bool,
}

const TABLE: &str = "
Str upper Str
Str lower Str
Str title Str
Str untitle Str
Str swapcase Str
Str camelcase Str
Str snakecase Str
Str kebabcase Str
Str initials Str
Str abbrev Small Str
Str abbrevboth Small Small Str
Str wrap Small Str
Str wrapWith Small Str Str
Str hello
Str trim Str
Str trimAll Str Str
Str trimall Str Str
Str trimSuffix Str Str
Str trimPrefix Str Str
Str trunc Small Str
Str substr Small Small Str
Str repeat Small Str
Str replace Str Str Str
Str nospace Str
Bool contains Str Str
Bool hasPrefix Str Str
Bool hasSuffix Str Str
Str quote Any*
Str squote Any*
Str cat Any*
Str indent Small Str
Str nindent Small Str
Str plural Str Str Small
Str toString Any
Strs toStrings List
Strs toStrings Any
Str join Str List
~Str join Str Any
Dict split Str Str
Dict splitn Str Small Str
Strs splitList Str Str
Strs sortAlpha List
Strs sortAlpha Any
Str html Any*
Str js Any*
Str urlquery Any*
Str print Any*
Str println Any*
Str printf Format Shown*
Str printf Format Int Shown*
Str printf Format Float Str
Str printf Format Str Shown
Str printf Format List Dict
Bool and Any Any*
Any and Any Any*
Any or Any Any*
Bool not Any
Bool eq Str Str
Bool eq Int Int Int*
~Bool eq Any Any Any*
Bool ne Str Str
~Bool ne Any Any
Bool lt Num Num
Bool lt Int Int
Bool lt Str Str
~Bool le Any Any
Bool le Float Float
Bool gt Num Num
~Bool gt Str Any
Bool ge Int Int
~Small len Any
Small len List
Small len Str
~Any index List Small
Any index Dict Key
Any index Dict Key Key
~Any index Any Any Any*
~Int index Str Small
~Any call Any Any*
List slice List Small?
List slice List Small Small
~Any slice Any Small*
Any slice Str Small Small
List list Any*
List tuple Any*
List append List Any
List push List Any
List mustAppend List Any
List mustPush List Any
List prepend List Any
List mustPrepend List Any
Any first List
Any mustFirst List
Any last List
Any mustLast List
List rest List
List mustRest List
List initial List
List mustInitial List
List reverse List
List mustReverse List
List uniq List
List mustUniq List
List compact List
List mustCompact List
List without List Any*
List mustWithout List Any*
Bool has Any List
Bool mustHas Any List
List mustSlice List Small*
List concat List*
List chunk Small List
List mustChunk Small List
Dict dict
Dict dict Key Any
Dict dict Key Any Key Any
Dict dict Key Any Key Any Key Any
~Dict dict Any*
Any get Dict Key
Dict set Fresh Key Plain
~Dict set Fresh Any Plain
Dict unset Dict Key
Bool hasKey Dict Key
List pluck Key Dict*
Dict pick Dict Key*
Dict omit Dict Key*
Dict merge Fresh Fresh*
Dict mustMerge Fresh Fresh*
Dict mergeOverwrite Fresh Fresh*
Dict mustMergeOverwrite Fresh Fresh*
Dict merge Dict Fresh
Dict mergeOverwrite Dict Fresh
Any deepCopy Any
Dict deepCopy Dict
Any mustDeepCopy Any
Any dig Key Any Dict
Any dig Key Key Any Dict
~Any dig Any*
Any default Any Any?
Str default Str Any
Bool empty Any
Any coalesce Any*
Bool all Any*
Bool any Any*
Any ternary Any Any Bool
Str b64enc Str
Str b64dec B64
Str b64dec Str
Str b32enc Str
Str b32dec B64
Str sha1sum Str
Str sha256sum Str
Str sha512sum Str
Str adler32sum Str
Str decryptAES Str B64
Dict fromJson Json
List fromJsonArray Json
Any mustFromJson Json
Str toJson Any
Str mustToJson Any
Str toPrettyJson Any
Str mustToPrettyJson Any
Str toRawJson Any
Str mustToRawJson Any
Str toYaml Any
Str toYaml Dict
Str mustToYaml Any
Str toYamlPretty Any
Str toYamlPretty Dict
Dict fromYaml Yaml
Dict fromYaml Yaml
List fromYamlArray Yaml
Str toToml Dict
Str toToml Any
Str mustToToml Any
Dict fromToml Toml
Int add Num*
Int add1 Num
Int sub Num Num
Int mul Num Num*
Int div Num One
Int mod Num One
~Int div Num Num
~Int mod Num Num
Int max Num Num*
Int biggest Num Num*
Int min Num Num*
Float addf Num*
Float add1f Num
Float subf Num Num*
Float mulf Num Num*
Float divf Num Num*
Float maxf Num Num*
Float minf Num Num*
Float ceil Num
Float floor Num
Float round Num Small
Float round Num Small Float
Int int Any
Int int64 Any
Float float64 Any
Int int Num
Int int64 Num
Float float64 Num
Int atoi Str
Int toDecimal Any
Ints until Small
Ints untilStep Small Small Small
Str seq Small*
Str base Path
Str dir Path
Str clean Path
Str ext Path
Bool isAbs Path
Str osBase Path
Str osDir Path
Str osClean Path
Str osExt Path
Bool osIsAbs Path
Bool regexMatch Regex Str
Bool mustRegexMatch Regex Str
Str regexFind Regex Str
Str mustRegexFind Regex Str
Strs regexFindAll Regex Str Small
Strs mustRegexFindAll Regex Str Small
Str regexReplaceAll Regex Str Repl
Str mustRegexReplaceAll Regex Str Repl
Str regexReplaceAllLiteral Regex Str Repl
Str mustRegexReplaceAllLiteral Regex Str Repl
Strs regexSplit Regex Str Small
Strs mustRegexSplit Regex Str Small
Str regexQuoteMeta Str
Str typeOf Any
Bool typeIs TypeName Any
Bool typeIsLike TypeName Any
Str kindOf Any
Bool kindIs TypeName Any
Bool deepEqual Any Any
Dict urlParse Url
Str urlJoin Dict
Str getHostByName Str
Any semver Ver
Bool semverCompare Con Ver
Str date Layout Moment
Str dateInZone Layout Moment Zone
Str date_in_zone Layout Moment Zone
Str htmlDate Moment
Str htmlDateInZone Moment Zone
Date dateModify DurText Date
Date date_modify DurText Date
Date mustDateModify DurText Date
Date must_date_modify DurText Date
Date toDate Layout DateText
~Date mustToDate Layout DateText
Str unixEpoch Date
Str duration Int
Str duration DurText
Str durationRound DurText
Any mustToDuration Span
Float durationSeconds Span
Int durationMilliseconds Span
Int durationMicroseconds Span
Int durationNanoseconds Span
Float durationMinutes Span
Float durationHours Span
Float durationDays Span
Float durationWeeks Span
Any durationRoundTo Span Span
Any durationTruncateTo Span Span
Any required Str Any
~Str fail Str
Dict lookup Str Str Str Str
Str tpl Template Any
Str tpl Template Root
Str include Name Any
Str include Name Root
Str .Files.Get FileName
Any .Files.GetBytes FileName
Any .Files.Glob Glob
Strs .Files.Lines FileName
Bool .Capabilities.APIVersions.Has DictKind
";

/// The functions by what they give.
pub fn giving(result: &str) -> &'static [Signature] {
    static BY_RESULT: LazyLock<BTreeMap<&'static str, Vec<Signature>>> = LazyLock::new(|| {
        let mut by_result: BTreeMap<&'static str, Vec<Signature>> = BTreeMap::new();
        for line in TABLE.lines() {
            let mut words = line.split_whitespace();
            if let (Some(result), Some(name)) = (words.next(), words.next()) {
                let common = result.trim_start_matches('~');
                by_result.entry(common).or_default().push(Signature { name, arguments: words.collect(), rare: common != result });
            }
        }
        by_result
    });
    BY_RESULT.get(result).map_or(&[], Vec::as_slice)
}

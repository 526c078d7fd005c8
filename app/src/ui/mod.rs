//! The parts that every page is made of: the document, the shell around a page, icons, figures, charts.

mod chart;
mod document;
mod donut;
mod line;
mod parts;
mod shell;
pub mod text;

pub use chart::{StepChart, spark, step_chart};
pub use document::{HEAD_STYLE, Live, bare_page, page, problem_page};
pub use donut::{Slice, donut, slice_class};
pub use line::{LineChart, line_chart};
pub use parts::{alert, badge, encode, figure, fragment, icon, icon_href, live_time, logo, logo_inside, money};
pub use shell::{
    Desk, Place, app_page, foot, house_ops, language_menu, live_lamp, live_staff_page, public_page, sign_in_link,
    staff_page,
};

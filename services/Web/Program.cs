return await InquiryHub.Kernel.HubHost.RunAsync(args, new InquiryHub.Web.WebModule());

return await InquiryHub.Kernel.HubHost.RunAsync(args, new InquiryHub.Sla.SlaModule());
